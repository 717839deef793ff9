package com.example.service;

/** Finds the listening socket that the process was started with. */
final class ListeningDescriptor {
  /** systemd passes its first socket as this number (sd_listen_fds(3), SD_LISTEN_FDS_START). */
  private static final int SYSTEMD_FIRST = 3;

  /**
   * launchd with {@code inetdCompatibility} and inetd with {@code wait} pass it as standard input.
   */
  private static final int STANDARD_INPUT = 0;

  private ListeningDescriptor() {}

  static int ofThisProcess() {
    String sockets = System.getenv("LISTEN_FDS");
    if (sockets == null) {
      return STANDARD_INPUT;
    }
    String process = System.getenv("LISTEN_PID");
    if (process == null || Long.parseLong(process) != ProcessHandle.current().pid()) {
      throw new IllegalStateException(
          "LISTEN_PID is " + process + ", not this process: start java itself, without a shell");
    }
    if (Integer.parseInt(sockets) != 1) {
      throw new IllegalStateException("expected one socket, LISTEN_FDS is " + sockets);
    }
    return SYSTEMD_FIRST;
  }
}
