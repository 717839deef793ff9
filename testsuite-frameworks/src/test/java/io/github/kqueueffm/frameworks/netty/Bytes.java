package io.github.kqueueffm.frameworks.netty;

import io.github.kqueueffm.frameworks.Inbox;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;

/** Bytes to send, and those that come back in pieces. */
final class Bytes {
  private Bytes() {}

  /** The same ones for the same seed. */
  static byte[] random(int seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static Inbox<ByteBuf, byte[]> inbox() {
    return new Inbox<>(ByteBuf.class, ByteBufUtil::getBytes);
  }

  /** At least that many from the inbox, in the order in which they came. */
  static byte[] await(Inbox<ByteBuf, byte[]> inbox, int count)
      throws IOException, InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(count);
    while (bytes.size() < count) {
      bytes.writeBytes(inbox.next());
    }
    return bytes.toByteArray();
  }
}
