package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.testkit.ChildJvm;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.UnixChannel;
import io.netty.resolver.AddressResolver;
import io.netty.util.concurrent.EventExecutor;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a program sees whose process has few descriptors, or none left. */
@Tag("real")
@Needs(SystemPromise.EPOLL)
class DescriptorLimitTest {
  /** A JVM does not start with fewer. */
  private static final int FEWEST = 5;

  private static final int MOST = 40;

  /** So many in a row work without a failure on the way: from there on there are enough. */
  private static final int ENOUGH = 2;

  private static final String ECHO = "echo: works";
  private static final String LIMIT = "ulimit -n";

  @TempDir Path directory;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void atEachLimitAnEchoWorksOrTheLimitIsNamed() throws Exception {
    String classPath = jars();
    int named = 0;
    int working = 0;
    for (int limit = FEWEST; working < ENOUGH; limit++) {
      assertThat(limit).as("an echo works with so many descriptors").isLessThan(MOST);
      String output = echo(limit, classPath);
      // Else it is the launcher that says what it could not open.
      if (output.contains("started")) {
        assertThat(output)
            .as("with ulimit -n %d", limit)
            .satisfiesAnyOf(
                text -> assertThat(text).contains(ECHO), text -> assertThat(text).contains(LIMIT));
        named += output.contains(LIMIT) ? 1 : 0;
      }
      working = output.contains(ECHO) && !output.contains(LIMIT) ? working + 1 : 0;
    }
    assertThat(named).as("limits that were too low").isPositive();
  }

  /** The class loader passes over a jar that it cannot open, and finds no class. */
  @Test
  void whereNettyCannotBeLoadedTheCauseNamesTheLimit() throws Exception {
    String classPath =
        jar("test.jar", location(LimitProbe.class), "Lim")
            + File.pathSeparator
            + jar("transport.jar", location(KQueueFfm.class), "");
    assertThat(echo(1024, classPath))
        .contains("UnsatisfiedLinkError: the kqueue transport is not available")
        .contains(LIMIT);
  }

  @Test
  void hintIsForClassesThatWereNotFoundAndForFilesThatCannotBeOpened() {
    assertThat(KQueueFfm.hint(new NoClassDefFoundError("io/netty/util/Timer")))
        .contains("ulimit -n");
    assertThat(KQueueFfm.hint(new Error(new IOException("tzdb.dat (Too many open files)"))))
        .contains("ulimit -n");
    assertThat(KQueueFfm.hint(new NoSuchMethodError("of another version"))).isEmpty();
  }

  private static String echo(int limit, String classPath) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        List.of(
            "sh",
            "-c",
            "ulimit -n " + limit + " && exec \"$@\"",
            "sh",
            java,
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath,
            LimitProbe.class.getName());
    return ChildJvm.run(command).hasEnded().all();
  }

  /** Jars, of which each needs one descriptor; a folder of classes takes one for each class. */
  private String jars() throws Exception {
    Set<String> paths = new LinkedHashSet<>();
    paths.add(jar("test.jar", location(LimitProbe.class), "Lim", "Loopback"));
    for (Class<?> type :
        List.of(
            KQueueFfm.class,
            EventExecutor.class,
            ByteBuf.class,
            ServerBootstrap.class,
            AddressResolver.class,
            UnixChannel.class)) {
      paths.add(jar(type.getSimpleName() + ".jar", location(type), ""));
    }
    return String.join(File.pathSeparator, paths);
  }

  private static Path location(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private String jar(String name, Path classes, String... prefixes) throws IOException {
    if (!Files.isDirectory(classes)) {
      return classes.toString();
    }
    Path jar = directory.resolve(name);
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> tree = Files.walk(classes)) {
      for (Path path : (Iterable<Path>) tree.filter(Files::isRegularFile)::iterator) {
        String fileName = path.getFileName().toString();
        if (Stream.of(prefixes).anyMatch(fileName::startsWith)) {
          out.putNextEntry(new JarEntry(classes.relativize(path).toString()));
          Files.copy(path, out);
        }
      }
    }
    return jar.toString();
  }
}
