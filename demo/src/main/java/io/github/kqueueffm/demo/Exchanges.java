package io.github.kqueueffm.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The requests of the clients, and the expected answers. */
final class Exchanges {
  /**
   * Sizes of bodies: 0, small ones, those around the sizes of packets and buffers, and the maximum.
   */
  private static final int[] BODY_SIZES = {
    0, 1, 100, 1_447, 1_448, 2_048, 8_191, 16_384, 65_535, 65_536, 100_000, 262_144, 1 << 20
  };

  private static final int MESSAGES = 64;
  private static final int MESSAGE_BYTES = 100;

  private Exchanges() {}

  static List<Exchange> plaintext() {
    byte[] request = request("GET", HttpRoutes.PLAINTEXT_PATH, new byte[0]);
    byte[] answer = answer("text/plain", HttpRoutes.HELLO.getBytes(US_ASCII));
    return List.of(new Exchange(request, answer));
  }

  static List<Exchange> httpEcho() {
    Random random = new Random(1);
    List<Exchange> exchanges = new ArrayList<>();
    for (int size : BODY_SIZES) {
      byte[] body = bytes(random, size);
      byte[] request = request("POST", HttpRoutes.ECHO_PATH, body);
      exchanges.add(new Exchange(request, answer("application/octet-stream", body)));
    }
    return exchanges;
  }

  static List<Exchange> rawEcho() {
    Random random = new Random(2);
    List<Exchange> exchanges = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      byte[] message = bytes(random, MESSAGE_BYTES);
      exchanges.add(new Exchange(message, message));
    }
    return exchanges;
  }

  /** {@return bytes that no other message has, so that an answer to another request is detected} */
  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] request(String method, String path, byte[] body) {
    String head = method + ' ' + path + " HTTP/1.1\r\nhost: 127.0.0.1\r\n";
    return message(head, body);
  }

  private static byte[] answer(String type, byte[] body) {
    return message("HTTP/1.1 200 OK\r\ncontent-type: " + type + "\r\n", body);
  }

  private static byte[] message(String head, byte[] body) {
    byte[] headBytes = (head + "content-length: " + body.length + "\r\n\r\n").getBytes(US_ASCII);
    byte[] bytes = new byte[headBytes.length + body.length];
    System.arraycopy(headBytes, 0, bytes, 0, headBytes.length);
    System.arraycopy(body, 0, bytes, headBytes.length, body.length);
    return bytes;
  }
}
