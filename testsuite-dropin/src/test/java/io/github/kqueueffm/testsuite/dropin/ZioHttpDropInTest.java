package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** ZIO HTTP, server and client, which take the first transport that is available. */
class ZioHttpDropInTest {
  /** A server of ZIO HTTP takes 100 KiB by default. */
  private static final String BODY = "abcdefgh".repeat(1 << 13);

  @Test
  void requestIsAnswered() {
    assertThat(ZioExchange.exchange(BODY)).isEqualTo(BODY);
    Witness.assertCarried("KQueueSocketChannel", 2L * BODY.length());
    Witness.assertCarried("KQueueServerSocketChannel", 0);
  }
}
