package io.github.kqueueffm.simulation;

import java.util.List;

/** Control messages in a platform's layout: descriptors that are passed, destination addresses. */
final class ControlData {
  private final World world;

  ControlData(World world) {
    this.world = world;
  }

  /**
   * {@return the files whose descriptors a message that is sent carries, each held once; {@code
   * null} if one is not open (EBADF)}
   */
  List<OpenFile> rights(Message message) {
    throw new UnsupportedOperationException();
  }

  /**
   * Installs received files under descriptors and writes their control message; what does not fit
   * is dropped, with MSG_CTRUNC or as the system does.
   *
   * @param files each held once; this takes the hold over
   * @param flags of the call, among them MSG_CMSG_CLOEXEC
   * @return 0, or the negative errno with which the call fails
   */
  int deliver(Message message, List<OpenFile> files, int flags) {
    throw new UnsupportedOperationException();
  }

  /** Adds the control message that says to which address a datagram was sent. */
  void destination(Message message, Address to, boolean v6, int interfaceIndex) {
    throw new UnsupportedOperationException();
  }
}
