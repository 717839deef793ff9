package io.github.kqueueffm.benchmarks.client;

import io.github.kqueueffm.benchmarks.server.Service;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * A request and its expected answer.
 *
 * @param expected the answer's bytes, or {@code null} if only their number counts
 */
record Question(ByteBuf request, ByteBuf expected, int answerBytes, boolean tls) {
  static final int MESSAGE_BYTES = 64;

  private static final String REQUEST =
      "GET /plaintext HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\n\r\n";
  private static final String ANSWER =
      "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 13\r\n\r\nHello, World!";

  static Question of(Service service) {
    return switch (service) {
      case ECHO, LOCAL -> echo();
      case HTTP -> http(false);
      case HTTPS -> http(true);
      case FILE, REGION -> new Question(bytes(new byte[1]), null, Service.FILE_BYTES, false);
      case SINK, SOURCE, DATAGRAM ->
          throw new IllegalArgumentException(service + " does not answer on a stream");
    };
  }

  private static Question echo() {
    ByteBuf message = message();
    return new Question(message, message, MESSAGE_BYTES, false);
  }

  static ByteBuf message() {
    byte[] message = new byte[MESSAGE_BYTES];
    for (int i = 0; i < message.length; i++) {
      message[i] = (byte) (i * 7 + 1);
    }
    return bytes(message);
  }

  private static Question http(boolean tls) {
    ByteBuf answer = bytes(ANSWER.getBytes(StandardCharsets.US_ASCII));
    return new Question(
        bytes(REQUEST.getBytes(StandardCharsets.US_ASCII)), answer, answer.readableBytes(), tls);
  }

  private static ByteBuf bytes(byte[] bytes) {
    return Unpooled.unreleasableBuffer(
        Unpooled.directBuffer(bytes.length).writeBytes(bytes).asReadOnly());
  }
}
