package io.github.kqueueffm.demo;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ExchangeTest {
  private final Exchange exchange = new Exchange(bytes("?"), bytes("right answer"));

  @Test
  void partsOfTheAnswerAreRightAtTheirPlaceOnly() {
    assertThatCode(() -> exchange.check(0, buffer("right"))).doesNotThrowAnyException();
    assertThatCode(() -> exchange.check(5, buffer(" answer"))).doesNotThrowAnyException();
    assertThatThrownBy(() -> exchange.check(4, buffer(" answer")))
        .isInstanceOf(WrongAnswerException.class);
  }

  @Test
  void wrongByteIsNamedWithItsPlace() {
    assertThatThrownBy(() -> exchange.check(6, buffer("anSwer")))
        .isInstanceOf(WrongAnswerException.class)
        .hasMessage("byte 8 of 12 is 0x53 and should be 0x73");
  }

  @Test
  void bytesAfterTheAnswerAreWrong() {
    assertThatThrownBy(() -> exchange.check(6, buffer("answer!!")))
        .isInstanceOf(WrongAnswerException.class)
        .hasMessage("2 bytes more than the 12 of the answer");
  }

  private static ByteBuf buffer(String text) {
    return Unpooled.wrappedBuffer(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
