package io.github.kqueueffm.testsuite.start;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.ChildJvm;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A start on this transport is compared with one on NIO, by the classes that the JVM loads. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StartTest {
  private static final int TIMEOUT_SECONDS = 60;
  private static final Pattern LOADED = Pattern.compile("^(\\S+) source:", Pattern.MULTILINE);

  private List<String> ofNio;
  private List<String> ofKqueue;

  @BeforeAll
  void start() throws Exception {
    ofNio = classes(FirstEcho.NIO);
    ofKqueue = classes(FirstEcho.KQUEUE);
  }

  private static List<String> classes(String transport) throws Exception {
    ChildJvm.Result result =
        new ChildJvm()
            .argument("-Xlog:class+load:stdout:none")
            .run(FirstEcho.class, TIMEOUT_SECONDS, transport);
    assertThat(result.status()).as("%s", result).isZero();
    List<String> loaded =
        LOADED.matcher(result.output()).results().map(match -> match.group(1)).toList();
    assertThat(loaded).as("%s", result).isNotEmpty();
    return loaded;
  }

  /**
   * Each of them takes milliseconds of a start when it is used for the first time. The last one is
   * made by a string concatenation through invokedynamic, from Java 24 on.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "java.util.regex.Pattern",
        "java.util.stream.SortedOps",
        "java.lang.String$$StringConcat"
      })
  void startUsesNoneOfTheSlowPartsOfTheJdk(String slow) {
    // Netty 4.2.17 itself uses some of them.
    assertThat(uses(ofKqueue, slow) && !uses(ofNio, slow)).as(slow).isFalse();
  }

  private static boolean uses(List<String> classes, String slow) {
    return classes.stream().anyMatch(name -> name.startsWith(slow));
  }

  /** Elsewhere the first accept also calls fcntl, which is variadic. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void startLinksOneShapeOfCalls() {
    assertThat(stubs(ofKqueue)).isEqualTo(stubs(ofNio) + 1);
  }

  private static long stubs(List<String> classes) {
    return classes.stream().filter(name -> name.contains("foreign.abi.DowncallStub/")).count();
  }
}
