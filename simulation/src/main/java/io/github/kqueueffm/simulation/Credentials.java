package io.github.kqueueffm.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The user and process of a socket's end.
 *
 * @param pid the process
 * @param uid the effective user
 * @param gid the effective group
 */
record Credentials(int pid, int uid, int gid) {
  private static final Credentials OWN = read();

  /** {@return this process' credentials, which each socket of the simulation has} */
  static Credentials own() {
    return OWN;
  }

  private static Credentials read() {
    // The simulation runs on systems with the view "unix" of attributes.
    Path home = Path.of("/proc/self");
    int pid = (int) ProcessHandle.current().pid();
    try {
      return Files.exists(home)
          ? new Credentials(
              pid,
              (Integer) Files.getAttribute(home, "unix:uid"),
              (Integer) Files.getAttribute(home, "unix:gid"))
          : new Credentials(pid, 0, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
