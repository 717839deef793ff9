package io.github.kqueueffm.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;

/** Counts the flushed messages that a short write completes. The loop's thread only. */
final class MessageTally implements ChannelOutboundBuffer.MessageProcessor {
  private long left;
  private int messages;

  /** How many messages with bytes at the head of an outbound buffer so many bytes complete. */
  int count(ChannelOutboundBuffer in, long bytes) throws Exception {
    left = bytes;
    messages = 0;
    in.forEachFlushedMessage(this);
    return messages;
  }

  @Override
  public boolean processMessage(Object message) {
    if (!(message instanceof ByteBuf buffer)) {
      return false;
    }
    int length = buffer.readableBytes();
    left -= length;
    if (left >= 0 && length > 0) {
      messages++;
    }
    return left > 0;
  }
}
