package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Invocation;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the kernel is given, byte for byte, on every platform: descriptor 5, one-shot reading and
 * writing, token 0x1122334455667788; and the sentinel of the first registration.
 */
class ChangeBytesTest {
  private static final String IDENT = "0500000000000000";
  private static final String UDATA = "8877665544332211";
  private static final String NOTHING = "0000000000000000";
  private static final String FIRST_ID = "0000000001000000";

  @ParameterizedTest
  @CsvSource({
    "macos-aarch64, kevent",
    "macos-x86_64, kevent",
    "openbsd-x86_64, kevent",
    "dragonfly-x86_64, kevent",
    "linux-x86_64, kevent",
    "linux-aarch64, kevent",
    "freebsd-x86_64, kevent",
    "freebsd-aarch64, kevent",
    "netbsd-x86_64, __kevent100",
    "netbsd-x86_64, __kevent50"
  })
  void areThePlatformsOwn(String platform, String symbol) throws IOException {
    ScriptedKernel script = ScriptedKernel.on(platform).withKeventSymbol(symbol);
    boolean wide = platform.startsWith("netbsd");
    // FreeBSD since 12 and NetBSD since 11 have uint64_t ext[4] at the end.
    boolean ext = platform.startsWith("freebsd") || symbol.equals("__kevent100");
    String tail = ext ? NOTHING.repeat(4) : "";
    List<String> changes = new ArrayList<>();
    try (script;
        Poller poller = ScriptedPollers.open(script);
        Events events = new Events(4)) {
      int size = script.kernel().keventStruct().size();
      expectChange(script, call -> collect(changes, call.bytes(1, size)));
      expectChange(script, call -> collect(changes, call.bytes(1, size)));
      assertThat(poller.immediate().arm(5, 0x1122334455667788L, true, true)).isZero();
      poller.add(5, null).read(Interest.PEER_CLOSE);
      expectChange(script, call -> collect(changes, call.bytes(1, size)));
      if (isLibrary(script)) {
        script.expectKevent().changes().polls().returns();
      }
      poller.select(events, 0, () -> true);
    }
    String read = wide ? "00000000" : "ffff";
    String write = wide ? "01000000" : "feff";
    String oneShot = wide ? "15000000" : "1500";
    String clear = wide ? "21000000" : "2100";
    String pad = wide ? "00000000" : "";
    assertThat(changes)
        .containsExactly(
            IDENT + read + oneShot + "00000000" + pad + NOTHING + UDATA + tail,
            IDENT + write + oneShot + "00000000" + pad + NOTHING + UDATA + tail,
            IDENT + read + clear + "01000000" + pad + "ffffff7f00000000" + FIRST_ID + tail);
  }

  /** libkqueue gets its changes one by one, each after a deletion. */
  private static boolean isLibrary(ScriptedKernel script) {
    return script.platform().isLinux();
  }

  private static void expectChange(ScriptedKernel script, ToLongFunction<Invocation> effect) {
    if (isLibrary(script)) {
      script.expectKevent().fails(Errno.ENOENT);
    }
    script.expectKevent().does(effect);
  }

  private static long collect(List<String> changes, byte[] bytes) {
    changes.add(HexFormat.of().formatHex(bytes));
    return 0;
  }
}
