package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.netty.channel.kqueue.AcceptFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An accept filter as a value, and as the text by which Netty's own is read. */
class AcceptFilterTextTest {
  private static final KQueueFfmAcceptFilter FILTER = new KQueueFfmAcceptFilter("dataready", "x");

  @Test
  void filtersAreEqualByNameAndArguments() {
    assertThat(FILTER)
        .isEqualTo(new KQueueFfmAcceptFilter("dataready", "x"))
        .hasSameHashCodeAs(new KQueueFfmAcceptFilter("dataready", "x"))
        .isNotEqualTo(new KQueueFfmAcceptFilter("httpready", "x"))
        .isNotEqualTo(new KQueueFfmAcceptFilter("dataready", "y"))
        .isNotEqualTo("dataready, x");
    assertThat(FILTER.filterName()).isEqualTo("dataready");
    assertThat(FILTER.filterArgs()).isEqualTo("x");
    assertThat(FILTER).hasToString("dataready, x");
  }

  @Test
  void nettysFilterIsReadByItsText() {
    assertThat(KQueueFfmAcceptFilter.of(new AcceptFilter("dataready", "x"))).isEqualTo(FILTER);
    assertThat(KQueueFfmAcceptFilter.of(new AcceptFilter("", "")))
        .isEqualTo(new KQueueFfmAcceptFilter("", ""));
    assertThat(KQueueFfmAcceptFilter.of(FILTER)).isSameAs(FILTER);
  }

  @Test
  void anotherObjectIsNotAFilter() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KQueueFfmAcceptFilter.of("dataready"))
        .withMessageContaining("not an accept filter: dataready (java.lang.String");
  }

  private static void apply(KQueueFfmAcceptFilter filter, List<String> set) throws IOException {
    ScriptedCalls calls =
        ScriptedCalls.of("freebsd-x86_64")
            .on(
                "setsockopt",
                a -> {
                  byte[] bytes = new byte[(int) a[4]];
                  Memory.copy((long) a[3], bytes, 0, bytes.length);
                  set.add(new String(bytes, StandardCharsets.US_ASCII).replace('\0', '.'));
                  return 0;
                });
    int family = calls.kernel().platform().get(Constant.AF_INET);
    filter.applyTo(KernelSocket.accepted(calls.kernel(), 7, family));
  }

  @Test
  void nameAndArgumentsFillTheirFieldsButForAZero() throws IOException {
    long before = NativeMemory.live();
    List<String> set = new ArrayList<>();
    String name = "n".repeat(15);
    String args = "a".repeat(239);
    apply(new KQueueFfmAcceptFilter(name, args), set);
    apply(FILTER, set);
    assertThat(set)
        .containsExactly(
            name + '.' + args + '.', "dataready" + ".".repeat(7) + "x" + ".".repeat(239));
    KQueueFfmAcceptFilter tooLong = new KQueueFfmAcceptFilter(name + "n", "");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> apply(tooLong, set))
        .withMessageContaining("has 16 bytes, but at most 15 are possible");
    assertThat(set).hasSize(2);
    assertThat(NativeMemory.live()).isEqualTo(before);
  }
}
