package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;

/**
 * Receives descriptors that a peer sends over a local socket. One thread at a time; {@link #close}
 * frees its memory.
 *
 * <p>It has room for as many as any system lets one message carry: on macOS and OpenBSD those that
 * do not fit are open and without a number for ever.
 */
public final class DescriptorReceiver implements AutoCloseable {
  /** UIPC_MAX_CMSG_FD of Darwin, the largest limit of all systems. */
  private static final int MOST = 512;

  private static final int PAYLOAD = 1;

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

  public DescriptorReceiver(Platform platform) {
    this.platform = platform;
    header = new Msghdr(platform);
    messages = new ControlMessages(platform);
    controlRoom = messages.space(MOST * Integer.BYTES);
    // Alignment can leave room for one more than was planned.
    descriptors = new int[controlRoom / Integer.BYTES];
    memory = NativeMemory.allocate(controlRoom + IovecArray.ENTRY + header.size() + PAYLOAD);
    iovec = memory;
    msghdr = iovec + IovecArray.ENTRY;
    control = msghdr + header.size();
    payload = control + controlRoom;
  }

  /**
   * Receives one byte and the descriptors that came with it; they are close-on-exec and belong to
   * the caller.
   *
   * @return 1; 0 at the end of the stream; or the negative errno, and then no descriptor is left
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

  /** Closes all that came with the last message; for a caller that does not want them. */
  public void closeAll(Kernel kernel) {
    for (int i = 0; i < count; i++) {
      // Nobody has used it, so there is nothing that a failing close could have lost.
      kernel.close(descriptors[i]);
    }
    count = 0;
  }

  /** How many descriptors came with the last message. */
  public int count() {
    return count;
  }

  public int descriptor(int index) {
    return descriptors[index];
  }

  /**
   * Whether the peer sent more than arrived (MSG_CTRUNC), as when this process has no descriptor
   * left.
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
