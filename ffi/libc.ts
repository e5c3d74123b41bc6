// The one symbol table: every libc function that hb calls, with its C prototype beside it.
//
// glibc is "libc.so.6"; musl answers to that name too (its loader takes any "libc." for itself) and
// to its own. Calls that musl only stubs (sched_setscheduler) go through syscall(2). All variadic
// functions here take integers and pointers only, which Linux passes alike on x86-64 and arm64.

import { dlopen, read, FFIType as T } from "bun:ffi";
import { SysError } from "./error.ts";

const table = {
  // int *__errno_location(void);
  __errno_location: { args: [], returns: T.ptr },
  // char *strerror(int errnum);
  strerror: { args: [T.i32], returns: T.cstring },
  // int socket(int domain, int type, int protocol);
  socket: { args: [T.i32, T.i32, T.i32], returns: T.i32 },
  // int socketpair(int domain, int type, int protocol, int sv[2]);
  socketpair: { args: [T.i32, T.i32, T.i32, T.ptr], returns: T.i32 },
  // int close(int fd);
  close: { args: [T.i32], returns: T.i32 },
  // int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
  bind: { args: [T.i32, T.ptr, T.u32], returns: T.i32 },
  // int connect(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
  connect: { args: [T.i32, T.ptr, T.u32], returns: T.i32 },
  // int getsockname(int sockfd, struct sockaddr *addr, socklen_t *addrlen);
  getsockname: { args: [T.i32, T.ptr, T.ptr], returns: T.i32 },
  // int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen);
  setsockopt: { args: [T.i32, T.i32, T.i32, T.ptr, T.u32], returns: T.i32 },
  // int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen);
  getsockopt: { args: [T.i32, T.i32, T.i32, T.ptr, T.ptr], returns: T.i32 },
  // ssize_t send(int sockfd, const void *buf, size_t len, int flags);
  send: { args: [T.i32, T.ptr, T.u64_fast, T.i32], returns: T.i64_fast },
  // ssize_t sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *,
  // socklen_t);
  sendto: { args: [T.i32, T.ptr, T.u64_fast, T.i32, T.ptr, T.u32], returns: T.i64_fast },
  // ssize_t recv(int sockfd, void *buf, size_t len, int flags);
  recv: { args: [T.i32, T.ptr, T.u64_fast, T.i32], returns: T.i64_fast },
  // ssize_t recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *, socklen_t *);
  recvfrom: { args: [T.i32, T.ptr, T.u64_fast, T.i32, T.ptr, T.ptr], returns: T.i64_fast },
  // int open(const char *pathname, int flags, ... /* mode_t mode */);
  open: { args: [T.ptr, T.i32, T.u32], returns: T.i32 },
  // ssize_t read(int fd, void *buf, size_t count);
  read: { args: [T.i32, T.ptr, T.u64_fast], returns: T.i64_fast },
  // ssize_t write(int fd, const void *buf, size_t count);
  write: { args: [T.i32, T.ptr, T.u64_fast], returns: T.i64_fast },
  // ssize_t pread(int fd, void *buf, size_t count, off_t offset);
  pread: { args: [T.i32, T.ptr, T.u64_fast, T.i64_fast], returns: T.i64_fast },
  // int fcntl(int fd, int cmd, ... /* int arg */);
  fcntl: { args: [T.i32, T.i32, T.i32], returns: T.i32 },
  // int flock(int fd, int operation);
  flock: { args: [T.i32, T.i32], returns: T.i32 },
  // int mkfifo(const char *pathname, mode_t mode);
  mkfifo: { args: [T.ptr, T.u32], returns: T.i32 },
  // int ioctl(int fd, unsigned long request, ... /* void *argp */);
  ioctl: { args: [T.i32, T.u64_fast, T.ptr], returns: T.i32 },
  // int poll(struct pollfd *fds, nfds_t nfds, int timeout);
  poll: { args: [T.ptr, T.u64_fast, T.i32], returns: T.i32 },
  // int clock_gettime(clockid_t clockid, struct timespec *tp);
  clock_gettime: { args: [T.i32, T.ptr], returns: T.i32 },
  // int timerfd_create(int clockid, int flags);
  timerfd_create: { args: [T.i32, T.i32], returns: T.i32 },
  // int timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec *old);
  timerfd_settime: { args: [T.i32, T.i32, T.ptr, T.ptr], returns: T.i32 },
  // int mlockall(int flags);
  mlockall: { args: [T.i32], returns: T.i32 },
  // int prctl(int option, ... /* unsigned long arg2, arg3, arg4, arg5 */);
  prctl: { args: [T.i32, T.u64_fast, T.u64_fast, T.u64_fast, T.u64_fast], returns: T.i32 },
  // long syscall(long number, ...);
  syscall: { args: [T.i64_fast, T.i64_fast, T.i64_fast, T.ptr, T.i64_fast], returns: T.i64_fast },
  // sighandler_t signal(int signum, sighandler_t handler);
  signal: { args: [T.i32, T.i64_fast], returns: T.i64_fast },
  // int pthread_sigmask(int how, const sigset_t *set, sigset_t *oldset);
  pthread_sigmask: { args: [T.i32, T.ptr, T.ptr], returns: T.i32 },
  // int setpgid(pid_t pid, pid_t pgid);
  setpgid: { args: [T.i32, T.i32], returns: T.i32 },
  // int dup2(int oldfd, int newfd);
  dup2: { args: [T.i32, T.i32], returns: T.i32 },
  // struct passwd *getpwnam(const char *name);
  getpwnam: { args: [T.ptr], returns: T.ptr },
  // int initgroups(const char *user, gid_t group);
  initgroups: { args: [T.ptr, T.u32], returns: T.i32 },
  // int setgid(gid_t gid);
  setgid: { args: [T.u32], returns: T.i32 },
  // int setuid(uid_t uid);
  setuid: { args: [T.u32], returns: T.i32 },
  // int execv(const char *pathname, char *const argv[]);
  execv: { args: [T.ptr, T.ptr], returns: T.i32 },
  // int kill(pid_t pid, int sig);
  kill: { args: [T.i32, T.i32], returns: T.i32 },
  // int tcgetattr(int fd, struct termios *termios_p);
  tcgetattr: { args: [T.i32, T.ptr], returns: T.i32 },
  // int tcsetattr(int fd, int optional_actions, const struct termios *termios_p);
  tcsetattr: { args: [T.i32, T.i32, T.ptr], returns: T.i32 },
  // int tcflush(int fd, int queue_selector);
  tcflush: { args: [T.i32, T.i32], returns: T.i32 },
  // int cfsetspeed(struct termios *termios_p, speed_t speed);
  cfsetspeed: { args: [T.ptr, T.u32], returns: T.i32 },
} as const;

const arch = process.arch === "arm64" ? "aarch64" : "x86_64";

/** Where the C library may be found, in this order. */
export const libraryNames: readonly string[] = [
  "libc.so.6",
  `libc.musl-${arch}.so.1`,
  `/lib/ld-musl-${arch}.so.1`,
];

function open() {
  const failures: string[] = [];
  for (const name of libraryNames) {
    try {
      return dlopen(name, table).symbols;
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`Cannot load the C library: ${failures.join("; ")}`);
}

/** The functions themselves; everybody but ffi/ uses the verbs instead. */
export const c = open();

/** errno of this thread. Read it before anything else can run. */
export function errno(): number {
  const where = c.__errno_location();
  return where === null ? 0 : read.i32(where, 0);
}

/** Passes a C result through, or throws. errno is read before anything else can run. */
export function check(call: string, result: number | bigint, about = ""): number {
  const number = Number(result);
  if (number !== -1) return number;
  throw new SysError(call, errno(), about);
}

/** A whole number within bounds, or a RangeError: C would silently take what fits of it. */
export function within(name: string, value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(`"${name}" must be a whole number from ${low} to ${high}: ${value}`);
}

/** A NUL-terminated byte string; a NUL inside would cut it short, so it is refused. */
export function cstring(text: string): Uint8Array {
  if (text.includes("\0")) throw new RangeError(`"${text}" contains a NUL character`);
  return new TextEncoder().encode(`${text}\0`);
}
