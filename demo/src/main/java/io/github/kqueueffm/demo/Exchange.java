package io.github.kqueueffm.demo;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/** A request, and every byte of its answer. */
record Exchange(ByteBuf request, ByteBuf answer) {

  Exchange(byte[] request, byte[] answer) {
    this(direct(request), direct(answer));
  }

  private static ByteBuf direct(byte[] bytes) {
    ByteBuffer memory = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    // Many connections send it: each writes a duplicate, and it is never released.
    return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(memory));
  }

  int answerBytes() {
    return answer.readableBytes();
  }

  /**
   * Compares the bytes in {@code received} with a part of the answer.
   *
   * @param from the number of bytes of the answer that were received before
   * @throws WrongAnswerException if a byte differs, or there are too many
   */
  void check(int from, ByteBuf received) throws WrongAnswerException {
    int length = received.readableBytes();
    int missing = answerBytes() - from;
    if (length > missing) {
      throw new WrongAnswerException(
          (length - missing) + " bytes more than the " + answerBytes() + " of the answer");
    }
    if (!ByteBufUtil.equals(answer, from, received, received.readerIndex(), length)) {
      throw new WrongAnswerException(difference(from, received));
    }
  }

  private String difference(int from, ByteBuf received) {
    int at = 0;
    while (answer.getByte(from + at) == received.getByte(received.readerIndex() + at)) {
      at++;
    }
    return "byte %d of %d is %#04x and should be %#04x"
        .formatted(
            from + at,
            answerBytes(),
            received.getUnsignedByte(received.readerIndex() + at),
            answer.getUnsignedByte(from + at));
  }
}
