package io.github.kqueueffm.testsuite.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.testsuite.transport.socket.ServerSocketSuspendTest;
import io.netty.testsuite.transport.socket.SocketEchoTest;
import io.netty.testsuite.transport.socket.SocketSslLargeCertificateTest;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A class that Netty adds to its shared suite is not overlooked here. */
class SharedSuiteTest {
  private static final String SHARED = "io/netty/testsuite/transport/socket";

  @Test
  void everyTestOfNettysSharedSuiteRunsOverThisTransport() throws Exception {
    Set<Class<?>> covered = new HashSet<>();
    for (Class<?> own : ownTests()) {
      for (Class<?> type = own; type != null; type = type.getSuperclass()) {
        covered.add(type);
      }
    }
    List<Class<?>> shared = sharedTests();
    assertThat(shared).hasSizeGreaterThan(40);
    assertThat(covered).containsAll(shared);
  }

  private static List<Class<?>> sharedTests() throws IOException, URISyntaxException {
    URI jar = SocketEchoTest.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    List<Class<?>> tests = new ArrayList<>();
    try (FileSystem files = FileSystems.newFileSystem(Path.of(jar));
        Stream<Path> entries = Files.list(files.getPath(SHARED))) {
      entries
          .map(entry -> entry.toString().replaceFirst("^/", ""))
          .forEach(name -> add(tests, name));
    }
    // One knows NIO only, the other is switched off; tests of their names do what they would do.
    List<Class<?>> replaced =
        List.of(SocketSslLargeCertificateTest.class, ServerSocketSuspendTest.class);
    assertThat(tests.removeAll(replaced)).isTrue();
    return tests;
  }

  private static List<Class<?>> ownTests() throws IOException, URISyntaxException {
    Path root =
        Path.of(SharedSuiteTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> tests = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      files.map(file -> root.relativize(file).toString()).forEach(name -> add(tests, name));
    }
    return tests;
  }

  private static void add(List<Class<?>> tests, String file) {
    if (file.endsWith("Test.class")) {
      String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
      try {
        tests.add(Class.forName(name, false, SharedSuiteTest.class.getClassLoader()));
      } catch (ClassNotFoundException e) {
        throw new LinkageError(name, e);
      }
    }
  }
}
