package io.github.kqueueffm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Facts.Fact;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every platform file against the table of facts: nothing differs, nothing is left out. */
class PlatformFactsTest {
  private static final Pattern CMSG = Pattern.compile("CMSG_(LEN|SPACE)\\((\\d+)\\)");

  static Stream<String> platforms() {
    return Facts.platforms().stream();
  }

  @ParameterizedTest
  @ValueSource(strings = {"freebsd", "linux", "macos", "netbsd", "openbsd"})
  void systemHasTheSameCallsOnBothProcessors(String system) {
    Platform x86 = Platform.named(system + "-x86_64");
    Platform arm = Platform.named(system + "-aarch64");
    for (Call call : Call.values()) {
      assertThat(arm.symbols(call).isEmpty()).as("%s", call).isEqualTo(x86.symbols(call).isEmpty());
    }
  }

  @Test
  void tableHasAllElevenPlatforms() {
    assertThat(Facts.platforms())
        .containsExactly(
            "dragonfly-x86_64",
            "freebsd-aarch64",
            "freebsd-x86_64",
            "linux-aarch64",
            "linux-x86_64",
            "macos-aarch64",
            "macos-x86_64",
            "netbsd-aarch64",
            "netbsd-x86_64",
            "openbsd-aarch64",
            "openbsd-x86_64");
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void everyKernelWithAKqueueHasAWakeupAndItsEvidence(String name) {
    Platform platform = Platform.named(name);
    Finding wakeup = platform.finding(Trait.WAKEUP);
    if (platform.isLinux()) {
      assertThat(wakeup).isNull();
      return;
    }
    assertThat(wakeup.value()).isIn("timer", "user", "pipe");
    for (Trait trait : Trait.values()) {
      Finding finding = platform.finding(trait);
      if (finding != null) {
        // Nothing was measured on the others, nor on code of theirs.
        assertThat(!finding.measured() || name.startsWith("freebsd") || name.startsWith("netbsd"))
            .as("%s", finding)
            .isTrue();
        assertThat(finding.evidence()).contains(": ").isNotBlank();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void everyConstantIsWhatTheHeadersSay(String name) {
    Platform platform = Platform.named(name);
    Facts facts = Facts.of(name);
    List<String> differences = new ArrayList<>();
    // The alignment is no name of a header; its macros are checked below.
    for (Constant constant : EnumSet.complementOf(EnumSet.of(Constant.CMSG_ALIGN))) {
      Integer value = platform.has(constant) ? platform.get(constant) : null;
      compare(facts, constant.name(), value, differences);
    }
    assertThat(differences).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void everyErrnoIsWhatTheHeadersSay(String name) {
    Platform platform = Platform.named(name);
    Facts facts = Facts.of(name);
    List<String> differences = new ArrayList<>();
    for (Errno errno : Errno.values()) {
      int number = platform.number(errno);
      compare(facts, errno.name(), number == 0 ? null : number, differences);
    }
    assertThat(differences).isEmpty();
  }

  private static void compare(Facts facts, String name, Integer value, List<String> differences) {
    Fact fact = facts.get("const", name);
    boolean absent = facts.get("absent", name) != null;
    if (fact == null && !absent) {
      differences.add(name + " has no row");
    } else if (absent && value != null) {
      differences.add(name + " is " + value + ", but the headers lack it");
    } else if (fact != null && !Objects.equals(value, (int) fact.number())) {
      // Constants are equal modulo 2^32: some headers print them signed, some not.
      differences.add(name + " is " + value + ", not " + fact.value());
    }
  }

  @Test
  void everyConstantExistsSomewhere() {
    assertThat(EnumSet.complementOf(EnumSet.of(Constant.CMSG_ALIGN)))
        .allMatch(constant -> backed(constant.name()));
    assertThat(Errno.values()).allMatch(errno -> backed(errno.name()));
  }

  private static boolean backed(String name) {
    return Facts.platforms().stream().anyMatch(p -> Facts.of(p).get("const", name) != null);
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void everyStructIsLaidOutAsTheCompilerDoes(String name) {
    Platform platform = Platform.named(name);
    List<String> differences = new ArrayList<>();
    for (String kind : List.of("sizeof", "offsetof", "width")) {
      for (Fact fact : Facts.of(name).ofKind(kind)) {
        if (!fact.name().contains("@")) {
          long value = layoutOf(platform, kind, fact.name().substring("struct ".length()));
          if (value != fact.number()) {
            differences.add(kind + ' ' + fact.name() + " is " + value + ", not " + fact.value());
          }
        }
      }
    }
    assertThat(differences).isEmpty();
  }

  private static int layoutOf(Platform platform, String kind, String name) {
    String[] path = name.split("\\.");
    Struct struct = platform.struct(path[0]);
    return switch (kind) {
      case "sizeof" -> struct.size();
      case "offsetof" -> struct.offset(path[1]);
      default -> struct.width(path[1]);
    };
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void everyStructAndFieldHasItsRow(String name) {
    Platform platform = Platform.named(name);
    Facts facts = Facts.of(name);
    List<String> without = new ArrayList<>();
    assertThat(platform.structs()).contains("sockaddr_in", "msghdr", "iovec");
    for (String struct : platform.structs()) {
      String row = "struct " + struct.replace("@__kevent100", "@NetBSD>=11");
      if (facts.get("sizeof", row) == null) {
        without.add(row);
      }
      // The later struct kevent has the fields of the earlier one, which is tested below.
      String fields = row.replace("@NetBSD>=11", "");
      for (String field : platform.struct(struct).fields().keySet()) {
        for (String kind : List.of("offsetof", "width")) {
          if (facts.get(kind, fields + '.' + field) == null) {
            without.add(kind + ' ' + fields + '.' + field);
          }
        }
      }
    }
    assertThat(without).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void controlMessageMacrosFollowFromHeaderAndAlignment(String name) {
    Platform platform = Platform.named(name);
    int align = platform.get(Constant.CMSG_ALIGN);
    int head = roundUp(platform.struct("cmsghdr").size(), align);
    List<Matcher> macros =
        Facts.of(name).ofKind("macro").stream()
            .map(fact -> CMSG.matcher(fact.name()))
            .filter(Matcher::matches)
            .toList();
    assertThat(macros).hasSize(7);
    assertThat(macros)
        .allSatisfy(macro -> {
          int data = Integer.parseInt(macro.group(2));
          int expected = head + (macro.group(1).equals("LEN") ? data : roundUp(data, align));
          Fact fact = Facts.of(name).get("macro", macro.group());
          assertThat(fact.number()).as(macro.group()).isEqualTo(expected);
        });
  }

  private static int roundUp(int length, int align) {
    return (length + align - 1) / align * align;
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void everyFunctionIsLookedUpUnderTheSymbolThatTheHeadersName(String name) {
    Platform platform = Platform.named(name);
    Facts facts = Facts.of(name);
    for (Call call : Call.values()) {
      List<String> symbols = platform.symbols(call);
      Fact fact = facts.get("symbol", call.function());
      if (fact != null) {
        Fact later = facts.get("symbol", call.function() + "@NetBSD>=11");
        List<String> versions =
            later == null ? List.of(fact.value()) : List.of(later.value(), fact.value());
        assertThat(symbols)
            .as("%s on %s, newest first", call, name)
            .startsWith(versions.toArray(String[]::new));
        // What else is tried is the plain name, and only as the last resort.
        assertThat(symbols.subList(versions.size(), symbols.size()))
            .as("%s on %s", call, name)
            .isIn(List.of(), List.of(call.function()));
      } else if (!isLibkqueue(platform, call)) {
        assertThat(symbols).as("%s on %s", call, name).isEmpty();
      }
    }
  }

  /** Linux has no kqueue of its own; the names are those that libkqueue has. */
  private static boolean isLibkqueue(Platform platform, Call call) {
    return platform.isLinux() && Set.of(Call.KQUEUE, Call.KEVENT).contains(call);
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void everySymbolOfTheTableIsACall(String name) {
    assertThat(Facts.of(name).ofKind("symbol"))
        .filteredOn(fact -> !fact.name().contains("@"))
        .allMatch(fact -> !Platform.named(name).symbols(callOf(fact)).isEmpty());
  }

  private static Call callOf(Fact fact) {
    return Call.valueOf(fact.name().toUpperCase(Locale.ROOT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"netbsd-aarch64", "netbsd-x86_64"})
  void netBsdKeventFollowsTheSymbolThatWasFound(String name) {
    Platform netbsd = Platform.named(name);
    assertThat(netbsd.symbols(Call.KEVENT)).containsExactly("__kevent100", "__kevent50", "kevent");
    assertThat(netbsd.keventStruct("__kevent100").size()).isEqualTo(72);
    assertThat(netbsd.keventStruct("__kevent50").size()).isEqualTo(40);
    assertThat(netbsd.keventStruct("kevent").size()).isEqualTo(40);
    Facts facts = Facts.of(name);
    assertThat(facts.get("sizeof", "struct kevent@NetBSD>=11").number()).isEqualTo(72);
    assertThat(netbsd.keventStruct("__kevent100").fields())
        .isEqualTo(netbsd.keventStruct("__kevent50").fields());
  }

  @Test
  void otherSystemsHaveOneKevent() {
    assertThat(Platform.named("freebsd-x86_64").keventStruct("kevent").size()).isEqualTo(64);
    assertThat(
            Stream.of("macos-aarch64", "openbsd-x86_64", "dragonfly-x86_64", "linux-x86_64")
                .map(name -> Platform.named(name).keventStruct("kevent").size()))
        .containsOnly(32);
  }

  @Test
  void errnosThatShareANumberAreFoundByTheFirstName() {
    Platform freebsd = Platform.named("freebsd-x86_64");
    assertThat(freebsd.number(Errno.ENOTSUP)).isEqualTo(freebsd.number(Errno.EOPNOTSUPP));
    assertThat(Arrays.asList(Errno.ENOTSUP, Errno.EOPNOTSUPP))
        .contains(freebsd.errno(freebsd.number(Errno.EOPNOTSUPP)));
  }
}
