package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;

/**
 * Writes and reads struct msghdr and struct mmsghdr, whose length fields have 4 bytes on some
 * platforms and 8 on others.
 *
 * <p>Immutable; may be used from any thread.
 */
public final class Msghdr {
  private final int size;
  private final int name;
  private final int nameLength;
  private final int iov;
  private final int iovLength;
  private final int iovLengthWidth;
  private final int control;
  private final int controlLength;
  private final int controlLengthWidth;
  private final int flags;
  private final int manySize;
  private final int received;
  private final int receivedWidth;

  public Msghdr(Platform platform) {
    Struct msghdr = platform.struct("msghdr");
    size = msghdr.size();
    name = msghdr.offset("msg_name");
    nameLength = msghdr.offset("msg_namelen");
    iov = msghdr.offset("msg_iov");
    iovLength = msghdr.offset("msg_iovlen");
    iovLengthWidth = msghdr.width("msg_iovlen");
    control = msghdr.offset("msg_control");
    controlLength = msghdr.offset("msg_controllen");
    controlLengthWidth = msghdr.width("msg_controllen");
    flags = msghdr.offset("msg_flags");
    Struct many = platform.hasStruct("mmsghdr") ? platform.struct("mmsghdr") : null;
    manySize = many == null ? 0 : many.size();
    received = many == null ? 0 : many.offset("msg_len");
    receivedWidth = many == null ? 0 : many.width("msg_len");
  }

  /** {@return the bytes of a struct msghdr} */
  public int size() {
    return size;
  }

  /** {@return the bytes from one struct mmsghdr of an array to the next, or 0 without one} */
  public int manySize() {
    return manySize;
  }

  /**
   * Writes a struct msghdr, or the one at the start of a struct mmsghdr.
   *
   * @param name a sockaddr, or 0 for none
   * @param control control messages or room for them, or 0 for none
   */
  public void put(
      long memory,
      long name,
      int nameLength,
      long iov,
      int iovCount,
      long control,
      int controlLength) {
    Memory.putLong(memory + this.name, name);
    Memory.putInt(memory + this.nameLength, nameLength);
    Memory.putLong(memory + this.iov, iov);
    Memory.put(memory + iovLength, iovLengthWidth, iovCount);
    Memory.putLong(memory + this.control, control);
    Memory.put(memory + this.controlLength, controlLengthWidth, controlLength);
    Memory.putInt(memory + flags, 0);
  }

  /** {@return the length of the received sockaddr} */
  public int nameLength(long memory) {
    return Memory.getInt(memory + nameLength);
  }

  /** {@return the bytes of the received control messages} */
  public int controlLength(long memory) {
    return (int) Memory.getUnsigned(memory + controlLength, controlLengthWidth);
  }

  /** {@return the received flags, such as MSG_TRUNC and MSG_CTRUNC} */
  public int flags(long memory) {
    return Memory.getInt(memory + flags);
  }

  /** {@return the bytes that sendmmsg or recvmmsg counted in a struct mmsghdr} */
  public int count(long manyMemory) {
    return (int) Memory.getUnsigned(manyMemory + received, receivedWidth);
  }
}
