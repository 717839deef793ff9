package io.github.kqueueffm.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import java.net.SocketAddress;

/** Parts of a message that a datagram channel is to write. */
final class Datagrams {
  /** A buffer in more pieces is copied: below every system's IOV_MAX. */
  static final int MOST_PIECES = 512;

  private Datagrams() {}

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
