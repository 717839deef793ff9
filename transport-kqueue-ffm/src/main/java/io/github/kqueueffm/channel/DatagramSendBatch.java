package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.IovecArray;
import io.netty.channel.ChannelOutboundBuffer;

/** Several datagrams of one channel for one sendmmsg. The loop's thread only. */
final class DatagramSendBatch implements ChannelOutboundBuffer.MessageProcessor {
  private final LoopResources loop;
  private final DatagramBatch batch;
  private final int[] nameLengths;
  private final int[] controlLengths;

  /** Which iovec a message begins with, and behind the last one where they end. */
  private final int[] pieces;

  private DatagramWriter.Recipients recipients;
  private IovecArray iovecs;
  private int count;
  private int limit;

  DatagramSendBatch(LoopResources loop, DatagramBatch batch) {
    this.loop = loop;
    this.batch = batch;
    nameLengths = new int[batch.capacity()];
    controlLengths = new int[batch.capacity()];
    pieces = new int[batch.capacity() + 1];
  }

  /** Takes what it can of the flushed messages; the answer is how many. */
  int gather(DatagramWriter.Recipients recipients, ChannelOutboundBuffer in, int limit) {
    this.recipients = recipients;
    this.limit = Math.min(limit, batch.capacity());
    iovecs = loop.iovecs();
    count = 0;
    try {
      in.forEachFlushedMessage(this);
    } catch (Exception e) {
      throw new AssertionError("processMessage does not throw", e);
    } finally {
      this.recipients = null;
    }
    return count;
  }

  @Override
  public boolean processMessage(Object message) {
    int nameLength;
    try {
      nameLength = recipients.put(batch.name(count), message);
      if (!Buffers.gather(Datagrams.content(message), iovecs)) {
        // It is sent singly, or as a copy, when it is the first of a batch.
        return false;
      }
    } catch (RuntimeException e) {
      // It and its promise fail when it is the first of a batch.
      return false;
    }
    controlLengths[count] = loop.datagrams().putSegmentSize(batch.control(count), message);
    nameLengths[count++] = nameLength;
    pieces[count] = iovecs.count();
    return count < limit;
  }

  /** How many were sent, or the negative errno of the first one. */
  int send(int fd) {
    for (int i = 0; i < count; i++) {
      long first = iovecs.address() + (long) pieces[i] * IovecArray.ENTRY;
      batch.send(i, nameLengths[i], first, pieces[i + 1] - pieces[i], controlLengths[i]);
    }
    return loop.kernel().sendmmsg(fd, batch.headers(), count, loop.sendFlags());
  }
}
