package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ConnectionPendingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailureErrnoTest {
  private static final Object[] SUBJECTS = {
    null, new InetSocketAddress("127.0.0.1", 80), new InetSocketAddress("fe80::1", 80)
  };

  @ParameterizedTest
  @ValueSource(
      strings = {
        "linux-x86_64",
        "macos-aarch64",
        "freebsd-x86_64",
        "openbsd-x86_64",
        "netbsd-x86_64",
        "dragonfly-x86_64"
      })
  void findsEachErrnoInTheMessageOfItsFailure(String name) {
    Platform platform = Platform.named(name);
    for (Errno errno : Errno.values()) {
      for (String operation : new String[] {"connect", "bind", "recv", "kevent EVFILT_READ"}) {
        for (Object subject : SUBJECTS) {
          check(platform, errno, operation, subject);
        }
      }
    }
  }

  private static void check(Platform platform, Errno errno, String operation, Object subject) {
    int number = platform.number(errno);
    if (number == 0) {
      return;
    }
    IOException failure;
    try {
      failure = Failures.of(platform, operation, subject, -number);
    } catch (ConnectionPendingException | AlreadyConnectedException e) {
      // These have no message.
      assertThat(FailureErrno.of(e)).isEqualTo(FailureErrno.NONE);
      return;
    }
    FailureErrno found = FailureErrno.of(failure);
    assertThat(found.name()).as(failure.toString()).isIn(errno.name(), alias(platform, errno));
    assertThat(found.number()).isEqualTo(platform.number(Errno.valueOf(found.name())));
  }

  /** The other name of the same number, or that of what Darwin means by it. */
  private static String alias(Platform platform, Errno errno) {
    Errno named = platform.errno(platform.number(errno));
    return named == Errno.EPROTOTYPE ? "EPIPE" : named.name();
  }

  @ParameterizedTest
  @CsvSource({
    "connect(/1.2.3.4:5): errno 999, , 999",
    "connection timed out after 30 ms: /1.2.3.4:5 (connect), , 0",
    ", , 0"
  })
  void failureWithoutANameHasItsNumberOrNone(String message, String name, int number) {
    assertThat(FailureErrno.of(new IOException(message))).isEqualTo(new FailureErrno(name, number));
  }

  @Test
  void takesNoNumberThatIsTooLong() {
    assertThat(FailureErrno.of(new IOException("upload EXPIRED, 20261128123456")))
        .isEqualTo(FailureErrno.NONE);
  }

  @Test
  void endsAtCausesThatAreARing() {
    IOException first = new IOException("first");
    first.initCause(new IOException("second", first));
    assertThat(FailureErrno.of(first)).isEqualTo(FailureErrno.NONE);
  }
}
