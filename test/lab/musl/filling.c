// What Debian's libstdc++ and libgcc_s ask of the C library and musl 1.2.3 has under no name, or under another one. So
// they serve in the place of a libstdc++ that was made for musl, which Debian has not.

#define _GNU_SOURCE
#include <link.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

// Always slow and safe.
char __libc_single_threaded = 0;

// libgcc_s has these itself, under names of a version, by which musl does not look.
struct { unsigned int vendor, type, subtype, features; } __cpu_model;
int __cpu_indicator_init(void) { return 0; }

uint32_t arc4random(void) {
  uint32_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) abort();
  return number;
}

size_t __strftime_l(char *to, size_t max, const char *format, const struct tm *tm, locale_t locale) {
  return strftime_l(to, max, format, tm, locale);
}

// Destructors of thread_local objects: the last one first, as a thread ends.
struct ending {
  void (*destroy)(void *);
  void *object;
  struct ending *next;
};
static pthread_key_t endings;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void end(void *first) {
  for (struct ending *one = first; one != NULL;) {
    struct ending *next = one->next;
    one->destroy(one->object);
    free(one);
    one = next;
  }
}

static void make_key(void) {
  if (pthread_key_create(&endings, end) != 0) abort();
}

int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *dso) {
  (void)dso;
  pthread_once(&once, make_key);
  struct ending *one = malloc(sizeof *one);
  if (one == NULL) return -1;
  *one = (struct ending){destroy, object, pthread_getspecific(endings)};
  return pthread_setspecific(endings, one);
}

// Where the tables for unwinding are of the code at an address (glibc's <dlfcn.h>).
struct dl_find_object {
  unsigned long long flags;
  void *map_start, *map_end;
  struct link_map *link_map;
  void *eh_frame;
  unsigned long long reserved[7];
};

struct search {
  uintptr_t pc;
  struct dl_find_object *result;
};

static int look(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size;
  struct search *search = data;
  struct dl_find_object found = {0};
  for (int at = 0; at < info->dlpi_phnum; at++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[at];
    uintptr_t start = info->dlpi_addr + header->p_vaddr;
    uintptr_t end_at = start + header->p_memsz;
    if (header->p_type == PT_GNU_EH_FRAME) found.eh_frame = (void *)start;
    if (header->p_type == PT_LOAD && search->pc >= start && search->pc < end_at) {
      found.map_start = (void *)start;
      found.map_end = (void *)end_at;
    }
  }
  if (found.map_start == NULL || found.eh_frame == NULL) return 0;
  *search->result = found;
  return 1;
}

int _dl_find_object(void *pc, struct dl_find_object *result) {
  struct search search = {(uintptr_t)pc, result};
  return dl_iterate_phdr(look, &search) == 1 ? 0 : -1;
}
