package io.github.kqueueffm.selector.book.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.selector.book.Interests;
import io.github.kqueueffm.selector.book.TcpStream;
import io.github.kqueueffm.selector.book.Token;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("real")
class DelayedAnswersTest {
  @Test
  void eventsAreHandledInTheOrderOfReadinessUntilTheLoopIsClosed() throws Exception {
    List<String> order = new CopyOnWriteArrayList<>();
    try (DelayServer server = new DelayServer();
        DelayedAnswersExample example =
            new DelayedAnswersExample((token, answer) -> order.add(token.value() + " " + answer))) {
      example.request(server.address(), 600, 0, 400, 200);
      assertThat(example.await(30)).isTrue();
      assertThat(order)
          .containsExactly(
              "1 waited for 0 ms",
              "3 waited for 200 ms",
              "2 waited for 400 ms",
              "0 waited for 600 ms");
      assertThat(example.closeLoop()).isTrue();
      try (TcpStream late = TcpStream.connect(server.address())) {
        assertThatThrownBy(
                () -> example.registrator().register(late, new Token(9), Interests.READABLE))
            .isInstanceOf(InterruptedIOException.class)
            .hasMessage("Poll instance closed.");
      }
      assertThatThrownBy(() -> example.registrator().closeLoop())
          .isInstanceOf(InterruptedIOException.class)
          .hasMessage("Poll instance closed.");
    }
  }
}
