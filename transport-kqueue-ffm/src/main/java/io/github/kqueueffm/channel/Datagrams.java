package io.github.kqueueffm.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.net.SocketAddress;

/** Parts of a message that a datagram channel is to write. */
final class Datagrams {
  /** A buffer in more pieces is copied: below every system's IOV_MAX. */
  static final int MOST_PIECES = 512;

  private Datagrams() {}

  /**
   * Takes out the writes at the head that were cancelled, in whose place Netty leaves this buffer:
   * a message that a channel lets in is never the same one.
   *
   * @return false if nothing is left
   */
  static boolean dropCancelled(ChannelOutboundBuffer in) {
    while (in.current() == Unpooled.EMPTY_BUFFER) {
      in.remove();
    }
    return !in.isEmpty();
  }

  /** The bytes of each datagram but the last that the message is to become, or 0 if it is one. */
  static int segmentSize(Object message) {
    return message instanceof SegmentedDatagramPacket packet
            && packet.content().readableBytes() > packet.segmentSize()
        ? packet.segmentSize()
        : 0;
  }

  static ByteBuf content(Object message) {
    return message instanceof AddressedEnvelope<?, ?> envelope
        ? (ByteBuf) envelope.content()
        : (ByteBuf) message;
  }

  /** Where it is to go, or {@code null} for the connected peer. */
  static SocketAddress recipient(Object message) {
    return message instanceof AddressedEnvelope<?, ?> envelope ? envelope.recipient() : null;
  }
}
