package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Failures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.UncheckedBooleanSupplier;
import java.io.IOException;
import java.util.Arrays;

/**
 * Receives datagrams, one or several with a call. An error is reported and does not close the
 * channel: it is about an earlier datagram of its own, and others can come.
 */
final class DatagramReader {
  private final AbstractKQueueFfmDatagramChannel channel;

  /** Whether recvmmsg was refused in this read where recvmsg was not. */
  private boolean oneByOne;

  DatagramReader(AbstractKQueueFfmDatagramChannel channel) {
    this.channel = channel;
  }

  void read() {
    RecvByteBufAllocator.ExtendedHandle handle = null;
    Throwable failure = null;
    oneByOne = false;
    try {
      handle = channel.ownUnsafe().readHandle();
      handle.reset(channel.config());
      readLoop(handle);
    } catch (Throwable t) {
      failure = t;
    }
    failure = channel.readComplete(handle, failure);
    if (failure != null) {
      channel.fireExceptionCaught(failure);
    }
  }

  private void readLoop(RecvByteBufAllocator.ExtendedHandle handle) throws IOException {
    LoopResources loop = channel.resources();
    ByteBufAllocator allocator = loop.direct(channel.config().getAllocator());
    int received;
    do {
      received = receive(loop, handle, handle.allocate(allocator));
      // A handler may have closed the channel or moved it to another loop.
    } while (received > 0
        && channel.hasLoop()
        && handle.continueReading(UncheckedBooleanSupplier.TRUE_SUPPLIER));
  }

  /** Receives into the buffer, which it takes over; the answer is how many datagrams came. */
  private int receive(
      LoopResources loop, RecvByteBufAllocator.ExtendedHandle handle, ByteBuf buffer)
      throws IOException {
    DatagramResources resources = loop.datagrams();
    Object[] packets = resources.packets();
    int count;
    try {
      count = fill(loop, handle, buffer, packets);
    } catch (Throwable t) {
      buffer.release();
      discard(packets);
      throw t;
    }
    if (count == 0) {
      buffer.release();
      return 0;
    }
    try {
      handle.incMessagesRead(count);
    } finally {
      // They are received, whatever the handle throws.
      channel.readDone();
      deliver(packets, count);
    }
    return count;
  }

  private void deliver(Object[] packets, int count) {
    ChannelPipeline pipeline = channel.pipeline();
    for (int i = 0; i < count; i++) {
      Object packet = packets[i];
      packets[i] = null;
      pipeline.fireChannelRead(packet);
    }
  }

  private static void discard(Object[] packets) {
    for (Object packet : packets) {
      ReferenceCountUtil.release(packet);
    }
    Arrays.fill(packets, null);
  }

  private int fill(
      LoopResources loop,
      RecvByteBufAllocator.ExtendedHandle handle,
      ByteBuf buffer,
      Object[] packets)
      throws IOException {
    int slot = channel.maxReceived();
    int slots = slot == 0 ? 1 : Math.min(buffer.writableBytes() / slot, packets.length);
    handle.attemptedBytesRead(buffer.writableBytes());
    if (slots > 1 && !oneByOne && loop.datagrams().receiveMany().isUsable()) {
      long address = Buffers.room(buffer, slot * slots);
      if (address != Buffers.NONE) {
        int count = fillMany(loop, handle, buffer, address, slot, slots);
        return count >= 0 ? count : fillOneInstead(loop, handle, buffer, count);
      }
    }
    return fillOne(loop, handle, buffer);
  }

  /**
   * After an answer of recvmmsg that can be a policy's.
   *
   * @param refusal the negative errno
   */
  private int fillOneInstead(
      LoopResources loop, RecvByteBufAllocator.ExtendedHandle handle, ByteBuf buffer, int refusal)
      throws IOException {
    int count = fillOne(loop, handle, buffer);
    if (count > 0) {
      // What it says of the empty queue later on would pass for an error of the socket.
      oneByOne = true;
      loop.datagrams().receiveMany().refused(loop.kernel().platform(), refusal);
    } else if (!loop.kernel().platform().is(Errno.ENOSYS, -refusal)) {
      // It was an error of the socket, which has been told by it.
      throw channel.datagramFailure("recvmmsg", channel.remoteAddress(), refusal);
    }
    return count;
  }

  private int fillOne(
      LoopResources loop, RecvByteBufAllocator.ExtendedHandle handle, ByteBuf buffer)
      throws IOException {
    DatagramResources resources = loop.datagrams();
    DatagramBatch batch = resources.one();
    int room = buffer.writableBytes();
    long address = room == 0 ? Buffers.NONE : Buffers.room(buffer, room);
    boolean copied = address == Buffers.NONE;
    // Room for nothing still takes a datagram. Into a byte: FreeBSD and DragonFly answer a receive
    // into no bytes from an empty queue with 0, which would be a datagram that nobody sent.
    int length = Math.max(room, 1);
    if (copied) {
      address = loop.copies().take(length);
    }
    long result;
    do {
      batch.receiveInto(0, address, length, channel.tellsRecipient());
      result = loop.kernel().recvmsg(channel.socket().fd(), batch.headers(), 0);
    } while (loop.interrupted(result));
    if (result < 0) {
      return nothing(loop, handle, "recvmsg", (int) result);
    }
    int received = (int) Math.min(result, room);
    handle.lastBytesRead(received);
    if (copied) {
      loop.copies().moveTo(buffer, received);
    } else {
      buffer.writerIndex(buffer.writerIndex() + received);
    }
    resources.packets()[0] = channel.packet(buffer, resources, batch, 0);
    return 1;
  }

  /** As {@link #fill}; or the negative errno if the system has to be asked for one alone. */
  private int fillMany(
      LoopResources loop,
      RecvByteBufAllocator.ExtendedHandle handle,
      ByteBuf buffer,
      long address,
      int slot,
      int slots)
      throws IOException {
    DatagramResources resources = loop.datagrams();
    DatagramBatch batch = resources.many();
    int count;
    do {
      for (int i = 0; i < slots; i++) {
        batch.receiveInto(i, address + (long) i * slot, slot, channel.tellsRecipient());
      }
      count = loop.kernel().recvmmsg(channel.socket().fd(), batch.headers(), slots, 0, 0);
    } while (loop.interrupted(count));
    if (Failures.mayBeForbidden(loop.kernel().platform(), count)) {
      return count;
    }
    resources.receiveMany().worked();
    if (count < 0) {
      return nothing(loop, handle, "recvmmsg", count);
    }
    slice(handle, resources, buffer, slot, count);
    return count;
  }

  private void slice(
      RecvByteBufAllocator.ExtendedHandle handle,
      DatagramResources resources,
      ByteBuf buffer,
      int slot,
      int count) {
    DatagramBatch batch = resources.many();
    int start = buffer.writerIndex();
    int bytes = 0;
    buffer.writerIndex(start + slot * count);
    for (int i = 0; i < count; i++) {
      int length = batch.received(i);
      bytes += length;
      ByteBuf content = buffer.retainedSlice(start + i * slot, length);
      resources.packets()[i] = packet(content, resources, batch, i);
    }
    handle.lastBytesRead(bytes);
    // Only the slices hold it from now on.
    buffer.release();
  }

  private Object packet(ByteBuf slice, DatagramResources resources, DatagramBatch batch, int at) {
    try {
      return channel.packet(slice, resources, batch, at);
    } catch (Throwable t) {
      slice.release();
      throw t;
    }
  }

  private int nothing(
      LoopResources loop, RecvByteBufAllocator.ExtendedHandle handle, String operation, int result)
      throws IOException {
    handle.lastBytesRead(-1);
    int ended = channel.receiveEnded(result);
    if (loop.wouldBlock(ended)) {
      return 0;
    }
    throw channel.datagramFailure(operation, channel.remoteAddress(), ended);
  }
}
