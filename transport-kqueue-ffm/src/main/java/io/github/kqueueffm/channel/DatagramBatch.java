package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Msghdr;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.Sockaddr;

/**
 * Messages as recvmsg, sendmsg and their forms for many take them: each a header with room for one
 * address, one iovec and some control messages. The loop's thread only.
 */
final class DatagramBatch {
  /** The recipient of a datagram and a few that a user's own options may ask for. */
  static final int CONTROL_ROOM = 128;

  private final Msghdr layout;
  private final int capacity;
  private final int stride;
  private final int nameRoom;
  private final long headers;
  private final long iovecs;
  private final long names;
  private final long controls;

  DatagramBatch(Platform platform, int capacity) {
    this.capacity = capacity;
    layout = new Msghdr(platform);
    stride = Math.max(layout.size(), layout.manySize());
    nameRoom = Sockaddr.of(platform).size();
    headers =
        NativeMemory.allocate(
            (long) capacity * (stride + IovecArray.ENTRY + nameRoom + CONTROL_ROOM));
    iovecs = headers + (long) capacity * stride;
    names = iovecs + (long) capacity * IovecArray.ENTRY;
    controls = names + (long) capacity * nameRoom;
  }

  int capacity() {
    return capacity;
  }

  /** The first header: a struct msghdr, or the whole array of struct mmsghdr. */
  long headers() {
    return headers;
  }

  private long header(int index) {
    return headers + (long) index * stride;
  }

  long name(int index) {
    return names + (long) index * nameRoom;
  }

  long control(int index) {
    return controls + (long) index * CONTROL_ROOM;
  }

  /** Makes a message ready to be received into memory. */
  void receiveInto(int index, long address, long length, boolean withControl) {
    long iovec = putIovec(index, address, length);
    layout.put(
        header(index),
        name(index),
        nameRoom,
        iovec,
        1,
        withControl ? control(index) : 0,
        withControl ? CONTROL_ROOM : 0);
  }

  /**
   * Makes a message ready to be sent.
   *
   * @param nameLength length of the recipient at {@link #name}, or 0 for none
   * @param iovecs the pieces, of which there may be none
   * @param controlLength bytes of the messages at {@link #control}
   */
  void send(int index, int nameLength, long iovecs, int count, int controlLength) {
    // Darwin refuses a message without an iovec.
    long pieces = count == 0 ? putIovec(index, name(index), 0) : iovecs;
    layout.put(
        header(index),
        nameLength == 0 ? 0 : name(index),
        nameLength,
        pieces,
        Math.max(count, 1),
        controlLength == 0 ? 0 : control(index),
        controlLength);
  }

  private long putIovec(int index, long address, long length) {
    long iovec = iovecs + (long) index * IovecArray.ENTRY;
    IovecArray.put(iovec, address, length);
    return iovec;
  }

  /** Length of the sender at {@link #name}. */
  int nameLength(int index) {
    return layout.nameLength(header(index));
  }

  /** Bytes of the messages at {@link #control}. */
  int controlLength(int index) {
    return layout.controlLength(header(index));
  }

  /** Bytes of all the first messages that recvmmsg received. */
  int receivedByAll(int count) {
    int bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += received(i);
    }
    return bytes;
  }

  /** Bytes of a message that recvmmsg received. */
  int received(int index) {
    return layout.count(header(index));
  }

  void close() {
    NativeMemory.free(headers);
  }
}
