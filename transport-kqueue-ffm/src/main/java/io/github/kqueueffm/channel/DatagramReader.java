package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Failures;
import io.netty.buffer.ByteBuf;
import io.netty.channel.RecvByteBufAllocator;

/** Receives datagrams into a buffer, one or several with a call. The loop's thread only. */
final class DatagramReader {
  /** Whether recvmmsg was refused in this read where recvmsg was not. */
  private boolean oneByOne;

  private String operation;
  private DatagramBatch batch;
  private ByteBuf buffer;
  private int start;
  private int slot;

  /** A new read of the channel begins. */
  void begin() {
    oneByOne = false;
  }

  /** The system call that the last answer is of. */
  String operation() {
    return operation;
  }

  /** The datagrams of the last receive, with their senders and control messages. */
  DatagramBatch batch() {
    return batch;
  }

  /**
   * Receives once.
   *
   * @param slot the room of each datagram in the buffer, in bytes; 0 for one that may fill it
   * @param withControl whether control messages are received too
   * @return how many datagrams came, or a negative errno
   */
  int receive(
      LoopResources loop,
      int fd,
      RecvByteBufAllocator.ExtendedHandle handle,
      ByteBuf buffer,
      int slot,
      boolean withControl) {
    DatagramResources resources = loop.datagrams();
    int slots = slot == 0 ? 1 : Math.min(buffer.writableBytes() / slot, DatagramResources.MOST);
    this.buffer = buffer;
    this.slot = 0;
    handle.attemptedBytesRead(buffer.writableBytes());
    if (slots > 1 && !oneByOne && resources.receiveMany().isUsable()) {
      long address = Buffers.room(buffer, slot * slots);
      if (address != Buffers.NONE) {
        this.slot = slot;
        return receiveMany(loop, fd, handle, address, slots, withControl);
      }
    }
    return receiveOne(loop, fd, handle, withControl);
  }

  /** After an answer of recvmmsg that can be a policy's. */
  private int receiveOneInstead(
      LoopResources loop,
      int fd,
      RecvByteBufAllocator.ExtendedHandle handle,
      boolean withControl,
      int refusal) {
    slot = 0;
    int count = receiveOne(loop, fd, handle, withControl);
    if (count > 0) {
      // Its refusal on the empty queue later would pass for an error of the socket.
      oneByOne = true;
      loop.datagrams().receiveMany().refused(loop.kernel().platform(), Call.RECVMMSG, refusal);
    } else if (loop.wouldBlock(count) && !loop.kernel().platform().is(Errno.ENOSYS, -refusal)) {
      // It was an error of the socket, which recvmmsg has taken.
      operation = "recvmmsg";
      return refusal;
    }
    return count;
  }

  private int receiveOne(
      LoopResources loop, int fd, RecvByteBufAllocator.ExtendedHandle handle, boolean withControl) {
    operation = "recvmsg";
    batch = loop.datagrams().one();
    int room = buffer.writableBytes();
    long address = room == 0 ? Buffers.NONE : Buffers.room(buffer, room);
    boolean copied = address == Buffers.NONE;
    // Room for nothing still takes a datagram. Into a byte: FreeBSD and DragonFly answer a receive
    // into no bytes from an empty queue with 0, which would pass for an empty datagram.
    int length = Math.max(room, 1);
    if (copied) {
      address = loop.copies().take(length);
    }
    long result;
    do {
      batch.receiveInto(0, address, length, withControl);
      result = loop.kernel().recvmsg(fd, batch.headers(), 0);
    } while (loop.interrupted(result));
    if (result < 0) {
      return (int) result;
    }
    int received = (int) Math.min(result, room);
    handle.lastBytesRead(received);
    if (copied) {
      loop.copies().moveTo(buffer, received);
    } else {
      buffer.writerIndex(buffer.writerIndex() + received);
    }
    return 1;
  }

  private int receiveMany(
      LoopResources loop,
      int fd,
      RecvByteBufAllocator.ExtendedHandle handle,
      long address,
      int slots,
      boolean withControl) {
    operation = "recvmmsg";
    batch = loop.datagrams().many();
    int count;
    do {
      for (int i = 0; i < slots; i++) {
        batch.receiveInto(i, address + (long) i * slot, slot, withControl);
      }
      count = loop.kernel().recvmmsg(fd, batch.headers(), slots, 0, 0);
    } while (loop.interrupted(count));
    if (Failures.mayBeForbidden(loop.kernel().platform(), count)) {
      return receiveOneInstead(loop, fd, handle, withControl, count);
    }
    loop.datagrams().receiveMany().worked();
    if (count > 0) {
      start = buffer.writerIndex();
      buffer.writerIndex(start + slot * count);
      handle.lastBytesRead(batch.receivedByAll(count));
    }
    return count;
  }

  /** The bytes of the datagrams of the last receive, which brought so many. */
  int bytes(int count) {
    return isSliced() ? batch.receivedByAll(count) : buffer.readableBytes();
  }

  /** Whether the datagrams are parts of the buffer, and not the buffer itself. */
  boolean isSliced() {
    return slot > 0;
  }

  /** The bytes of a datagram: a slice with its own reference count, or the buffer itself. */
  ByteBuf content(int index) {
    return isSliced() ? buffer.retainedSlice(start + index * slot, batch.received(index)) : buffer;
  }
}
