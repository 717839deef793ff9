package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.KernelSocket;
import java.io.IOException;
import java.net.SocketAddress;

/** What to say of a datagram that could not be sent. */
final class DatagramFailures {
  private DatagramFailures() {}

  static Throwable sending(
      AbstractKQueueFfmDatagramChannel channel, String operation, Object message, int result) {
    SocketAddress recipient = Datagrams.recipient(message);
    Object subject = recipient == null ? channel.remoteAddress() : recipient;
    Platform platform = channel.socket().kernel().platform();
    try {
      return switch (platform.errno(-result)) {
        case EMSGSIZE, ENOBUFS ->
            channel.datagramFailure(operation, subject + ", " + size(channel, message), result);
        case null, default -> channel.datagramFailure(operation, subject, result);
      };
    } catch (RuntimeException e) {
      // What no IOException stands for.
      return e;
    }
  }

  private static String size(AbstractKQueueFfmDatagramChannel channel, Object message) {
    return Datagrams.content(message).readableBytes()
        + " bytes"
        + channel.limit()
        + sendBuffer(channel.socket());
  }

  private static String sendBuffer(KernelSocket socket) {
    try {
      return ", SO_SNDBUF " + socket.getInt(Constant.SOL_SOCKET, Constant.SO_SNDBUF);
    } catch (IOException e) {
      // It is for the text only.
      return "";
    }
  }
}
