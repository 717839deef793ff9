package io.github.kqueueffm.demo;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/** What is sent, and every byte of what has to come back. */
record Exchange(ByteBuf request, ByteBuf answer) {

  Exchange(byte[] request, byte[] answer) {
    this(direct(request), direct(answer));
  }

  private static ByteBuf direct(byte[] bytes) {
    ByteBuffer memory = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    // Sent by many connections: each writes a duplicate, nobody releases it.
    return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(memory));
  }

  int answerBytes() {
    return answer.readableBytes();
  }

  /**
   * Compares some bytes of an answer, all that {@code received} holds.
   *
   * @param from how many bytes of the answer came before
   * @throws WrongAnswerException if one differs, or there are more than there should be
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
