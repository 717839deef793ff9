package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.IovecArray;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Sends datagrams. What goes wrong with one fails its promise, and the next one follows.
 *
 * <p>Only EAGAIN waits for the write filter. ENOBUFS does not: the socket is writable all the time
 * while an interface's queue or a local receiver is full, so waiting for it would be a busy loop.
 */
final class DatagramWriter {
  /** No errno, and no count. */
  private static final int FULL = Integer.MIN_VALUE;

  private final AbstractKQueueFfmDatagramChannel channel;
  private final Runnable flushTask;

  /** Whether sendmmsg was refused in this flush where sendto was not. */
  private boolean oneByOne;

  DatagramWriter(AbstractKQueueFfmDatagramChannel channel) {
    this.channel = channel;
    this.flushTask = channel::flushAgain;
  }

  void write(ChannelOutboundBuffer in) {
    int left = channel.writeLimit();
    oneByOne = false;
    // A promise's listener may close the channel.
    while (left > 0 && channel.hasLoop() && Datagrams.dropCancelled(in)) {
      int done = writeSome(in, left);
      if (done == FULL) {
        return;
      }
      channel.endWait();
      left -= done;
    }
    channel.disarmWrite();
    if (channel.hasLoop() && !in.isEmpty()) {
      channel.eventLoop().execute(flushTask);
    }
  }

  /** How many datagrams are done with, sent or failed; or {@link #FULL}. */
  private int writeSome(ChannelOutboundBuffer in, int limit) {
    LoopResources loop = channel.resources();
    int done = 0;
    if (in.size() > 1 && limit > 1 && !oneByOne && loop.datagrams().sendMany().isUsable()) {
      done = writeMany(loop, in, limit);
      if (done > 0 || done == FULL) {
        return done;
      }
    }
    return writeOne(loop, in, done);
  }

  /**
   * @param refusal the negative errno of a sendmmsg that began with this datagram, or 0
   */
  private int writeOne(LoopResources loop, ChannelOutboundBuffer in, int refusal) {
    Object message = in.current();
    long result;
    try {
      do {
        result = send(loop, message);
      } while (loop.interrupted(result));
    } catch (RuntimeException e) {
      // An address that does not suit the socket, or none where one is needed.
      in.remove(e);
      return 1;
    }
    if (result < 0) {
      return refused(in, "sendto", (int) result);
    }
    if (refusal != 0) {
      // So it was not for this datagram's sake.
      oneByOne = true;
      loop.datagrams().sendMany().refused(loop.kernel().platform(), refusal);
    }
    return sent(in, 1);
  }

  private long send(LoopResources loop, Object message) {
    int fd = channel.socket().fd();
    DatagramBatch batch = loop.datagrams().one();
    long name = batch.name(0);
    int nameLength = channel.putRecipient(name, message);
    ByteBuf content = Datagrams.content(message);
    int length = content.readableBytes();
    // An empty buffer may have no address.
    long address = length == 0 ? name : Buffers.contents(content);
    if (address == Buffers.NONE) {
      IovecArray iovecs = loop.iovecs();
      if (Buffers.gather(content, iovecs)) {
        batch.send(0, nameLength, iovecs.address(), iovecs.count());
        return loop.kernel().sendmsg(fd, batch.headers(), loop.sendFlags());
      }
      address = loop.copies().copyOf(content);
    }
    return nameLength == 0
        ? loop.kernel().send(fd, address, length, loop.sendFlags())
        : loop.kernel().sendto(fd, address, length, loop.sendFlags(), name, nameLength);
  }

  /** As {@link #writeSome}; 0 or a negative errno if the first one has to go alone. */
  private int writeMany(LoopResources loop, ChannelOutboundBuffer in, int limit) {
    DatagramSendBatch batch = loop.datagrams().sendBatch(loop);
    if (batch.gather(channel, in, limit) < 2) {
      return 0;
    }
    int result;
    do {
      result = batch.send(channel.socket().fd());
    } while (loop.interrupted(result));
    if (Failures.mayBeForbidden(loop.kernel().platform(), result)) {
      return result;
    }
    loop.datagrams().sendMany().worked();
    // After a failure in the middle the next call begins with the one that failed, and says why.
    return result < 0 ? refused(in, "sendmmsg", result) : sent(in, result);
  }

  private static int sent(ChannelOutboundBuffer in, int count) {
    for (int i = 0; i < count && Datagrams.dropCancelled(in); i++) {
      in.remove();
    }
    return count;
  }

  private int refused(ChannelOutboundBuffer in, String operation, int result) {
    if (channel.awaitRoom(in.current(), result)) {
      return FULL;
    }
    in.remove(DatagramFailures.sending(channel, operation, in.current(), result));
    return 1;
  }
}
