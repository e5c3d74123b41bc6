// Before every test file. What decides that this host must be rebooted shall find a command that does not: whatever a
// test does wrong, it does not reboot the machine that it runs on. Programs that a test starts have it with their
// environment; a test that looks for the reboot has a command of its own.

process.env.HB_REBOOT_COMMAND ??= "false";
