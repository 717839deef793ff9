package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Platform;

/** Sends descriptors over a local socket. Any thread may. */
public final class DescriptorSender {
  /** SCM_MAX_FD of Linux. */
  private static final int MOST = 253;

  /** What carries them: a message without a byte would be none on a stream. */
  private static final int PAYLOAD = 1;

  private DescriptorSender() {}

  /**
   * Sends one byte together with descriptors, which the caller goes on owning.
   *
   * @param flags of sendmsg(2)
   * @return 1 or the negative errno
   * @throws IllegalArgumentException if they are none, or more than one message can carry
   */
  public static int send(Kernel kernel, int socket, int flags, int... descriptors) {
    if (descriptors.length == 0 || descriptors.length > MOST) {
      throw new IllegalArgumentException(
          descriptors.length + " descriptors (expected: 1 to " + MOST + ')');
    }
    Platform platform = kernel.platform();
    Msghdr header = new Msghdr(platform);
    ControlMessages messages = new ControlMessages(platform);
    int space = messages.space(descriptors.length * Integer.BYTES);
    long iovec = NativeMemory.allocate(IovecArray.ENTRY + header.size() + space + PAYLOAD);
    try {
      long msghdr = iovec + IovecArray.ENTRY;
      long control = msghdr + header.size();
      IovecArray.put(iovec, control + space, PAYLOAD);
      messages.putDescriptors(control, descriptors);
      header.put(msghdr, 0, 0, iovec, 1, control, space);
      return (int) kernel.sendmsg(socket, msghdr, flags);
    } finally {
      NativeMemory.free(iovec);
    }
  }
}
