package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.util.IllegalReferenceCountException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;

/** Whether an error says what failed and why. */
final class Explanations {
  private Explanations() {}

  /** {@return what an error does not say, or {@code null} if it says all} */
  static String fault(Throwable cause) {
    return switch (cause) {
      case null -> "failed without a cause";
      case IllegalReferenceCountException e -> "a buffer was released twice: " + e;
      case ClosedChannelException _,
          ChannelOutputShutdownException _,
          NotYetConnectedException _,
          AlreadyConnectedException _,
          CancellationException _,
          RejectedExecutionException _,
          OutOfMemoryError _ ->
          null;
      case ConnectTimeoutException e -> e.getMessage().contains("timed out") ? null : "" + e;
      case UnsupportedOperationException e when e.getMessage() != null -> null;
      case UnsupportedAddressTypeException e when e.getCause() != null -> null;
      case IOException e
          when namesErrno(e) || String.valueOf(e.getMessage()).contains("has no peer") ->
          null;
      case ChannelException e when namesErrno(e) || isClosed(e) -> null;
      case IllegalStateException e when namesErrno(e) -> null;
      case IllegalStateException e
          when e.getMessage() != null
              && (e.getMessage().contains("regist") || e.getMessage().contains("not accepting")) ->
          null;
      default -> "an error that does not explain itself: " + cause + origin(cause);
    };
  }

  private static boolean isClosed(ChannelException e) {
    return e.getMessage() != null && e.getMessage().contains("the channel is closed");
  }

  private static boolean namesErrno(Exception e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      String message = t.getMessage();
      if (message == null) {
        continue;
      }
      for (Errno errno : Errno.values()) {
        if (message.contains(errno.name()) || message.contains(errno.text())) {
          return true;
        }
      }
      if (t instanceof SocketException && message.contains("shutdown")) {
        return true;
      }
    }
    return false;
  }

  private static String origin(Throwable cause) {
    StackTraceElement[] trace = cause.getStackTrace();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(6, trace.length); i++) {
      text.append(" < ").append(trace[i]);
    }
    return text.toString();
  }
}
