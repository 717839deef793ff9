package io.github.kqueueffm.testsuite.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class OpenSslAvailableTest {

  /** Where it does not load, the shared TLS tests run half of their cases and say nothing. */
  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void openSslIsAvailable() {
    assertThat(OpenSsl.unavailabilityCause()).isNull();
    assertThat(OpenSsl.isAvailable()).isTrue();
    assertThat(SslProvider.isTlsv13Supported(SslProvider.OPENSSL)).isTrue();
  }
}
