package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Platform;
import java.net.SocketAddress;

/** What to say of a datagram that could not be sent. */
final class DatagramFailures {
  private DatagramFailures() {}

  static Throwable sending(
      AbstractKQueueFfmDatagramChannel channel, String operation, Object message, int result) {
    SocketAddress recipient = Datagrams.recipient(message);
    Object subject = recipient == null ? channel.remoteAddress() : recipient;
    Platform platform = channel.socket().kernel().platform();
    int size = Datagrams.content(message).readableBytes();
    try {
      return switch (platform.errno(-result)) {
        case EMSGSIZE ->
            channel.datagramFailure(operation, subject + channel.tooLong(size), result);
        case ENOBUFS, EAGAIN ->
            channel.datagramFailure(operation, subject + channel.noRoom(size), result);
        case null, default -> channel.datagramFailure(operation, subject, result);
      };
    } catch (RuntimeException e) {
      // What no IOException stands for.
      return e;
    }
  }
}
