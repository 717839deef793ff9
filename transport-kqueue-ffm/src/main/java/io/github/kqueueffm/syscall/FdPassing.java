package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;

/** Sends and receives descriptors over a local socket (SCM_RIGHTS). */
public final class FdPassing {
  /** SCM_MAX_FD of Linux. */
  private static final int MOST_SENT = 253;

  /** UIPC_MAX_CMSG_FD of Darwin, the largest limit of all systems. */
  private static final int MOST_RECEIVED = 512;

  /** On a stream a message without a byte is not sent, so one byte carries the descriptors. */
  private static final int PAYLOAD = 1;

  private FdPassing() {}

  /**
   * Sends one byte together with descriptors, which still belong to the caller. May be called from
   * any thread.
   *
   * @param flags of sendmsg(2)
   * @return 1 or the negative errno
   * @throws IllegalArgumentException if there are none, or more than one message can carry
   */
  public static int send(Kernel kernel, int socket, int flags, int... descriptors) {
    if (descriptors.length == 0 || descriptors.length > MOST_SENT) {
      throw new IllegalArgumentException(
          descriptors.length + " descriptors (expected: 1 to " + MOST_SENT + ')');
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

  /**
   * Receives descriptors that a peer sends. For one thread at a time; {@link #close} frees its
   * memory.
   *
   * <p>It has room for as many descriptors as any system lets one message carry. On macOS and
   * OpenBSD a descriptor that does not fit stays open, and the process never learns its number.
   */
  public static final class Receiver implements AutoCloseable {
    private final Platform platform;
    private final Msghdr header;
    private final ControlMessages messages;
    private final int controlRoom;
    private final long control;
    private final long payload;
    private final long iovec;
    private final long msghdr;
    private final int[] descriptors;
    private long memory;
    private int count;
    private boolean truncated;

    public Receiver(Platform platform) {
      this.platform = platform;
      header = new Msghdr(platform);
      messages = new ControlMessages(platform);
      controlRoom = messages.space(MOST_RECEIVED * Integer.BYTES);
      // Because of the alignment one more descriptor than asked for can fit.
      descriptors = new int[controlRoom / Integer.BYTES];
      memory = NativeMemory.allocate(controlRoom + IovecArray.ENTRY + header.size() + PAYLOAD);
      iovec = memory;
      msghdr = iovec + IovecArray.ENTRY;
      control = msghdr + header.size();
      payload = control + controlRoom;
    }

    /**
     * Receives one byte and the descriptors that came with it. They are close-on-exec and belong to
     * the caller.
     *
     * @return 1; 0 at the end of the stream; or the negative errno, in which case no descriptor of
     *     the message is open
     */
    public int receive(Kernel kernel, int fd) {
      count = 0;
      truncated = false;
      IovecArray.put(iovec, payload, PAYLOAD);
      header.put(msghdr, 0, 0, iovec, 1, control, controlRoom);
      long result = kernel.recvmsg(fd, msghdr, platform.getOr(Constant.MSG_CMSG_CLOEXEC, 0));
      if (result < 0) {
        return (int) result;
      }
      truncated = (header.flags(msghdr) & platform.get(Constant.MSG_CTRUNC)) != 0;
      collect(header.controlLength(msghdr));
      int failure = closeOnExec(kernel);
      return failure < 0 ? failure : (int) result;
    }

    private void collect(int length) {
      long message = messages.first(control, length);
      while (message != 0) {
        if (messages.isDescriptors(message)) {
          long data = messages.data(message);
          int found = messages.dataLength(control, length, message) / Integer.BYTES;
          for (int i = 0; i < found; i++) {
            descriptors[count++] = Memory.getInt(data + (long) i * Integer.BYTES);
          }
        }
        message = messages.next(control, length, message);
      }
    }

    private int closeOnExec(Kernel kernel) {
      for (int i = 0; i < count; i++) {
        int result = closeOnExec(kernel, descriptors[i]);
        if (result < 0) {
          closeAll(kernel);
          return result;
        }
      }
      return 0;
    }

    private int closeOnExec(Kernel kernel, int descriptor) {
      int flag = platform.get(Constant.FD_CLOEXEC);
      if (platform.has(Constant.MSG_CMSG_CLOEXEC)) {
        // FreeBSD 13.0 ignores MSG_CMSG_CLOEXEC.
        int flags = kernel.fcntl(descriptor, platform.get(Constant.F_GETFD), 0);
        if (flags < 0 || (flags & flag) != 0) {
          return Math.min(0, flags);
        }
      }
      return kernel.fcntl(descriptor, platform.get(Constant.F_SETFD), flag);
    }

    /** Closes all descriptors of the last message, for a caller that does not want them. */
    public void closeAll(Kernel kernel) {
      for (int i = 0; i < count; i++) {
        // The descriptor was never used, so a failing close loses nothing.
        kernel.close(descriptors[i]);
      }
      count = 0;
    }

    /** {@return the number of descriptors that came with the last message} */
    public int count() {
      return count;
    }

    public int descriptor(int index) {
      return descriptors[index];
    }

    /**
     * Whether the peer sent more than arrived (MSG_CTRUNC), for example because this process has
     * reached its limit on descriptors.
     */
    public boolean isTruncated() {
      return truncated;
    }

    @Override
    public void close() {
      if (memory != 0) {
        NativeMemory.free(memory);
        memory = 0;
      }
    }
  }
}
