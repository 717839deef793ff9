package io.github.kqueueffm.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;

/** The published jars as bundles of Apache Felix, beside Netty's. */
class OsgiTest {
  /** Those that the library brings, and that Netty's own bundles need. */
  private static final List<String> NETTY =
      List.of(
          "netty-common",
          "netty-buffer",
          "netty-resolver",
          "netty-transport",
          "netty-transport-native-unix-common");

  @TempDir private Path directory;
  private Framework framework;

  @BeforeEach
  void startFramework() throws Exception {
    framework =
        new FrameworkFactory()
            .newFramework(
                Map.of("org.osgi.framework.storage", directory.resolve("storage").toString()));
    framework.start();
    for (String name : NETTY) {
      install(jarOnClassPath(name));
    }
    install(Published.of(Published.LIBRARY).file(".jar"));
  }

  @AfterEach
  void stopFramework() throws Exception {
    framework.stop();
    framework.waitForStop(30_000);
  }

  @Test
  void aBundleServesAnEcho() throws Exception {
    Bundle bundle = install(echoBundle());
    bundle.start();
    Class<?> type = bundle.loadClass(EchoInABundle.class.getName());
    assertThat(type).isNotEqualTo(EchoInABundle.class);
    var echo = (Callable<?>) type.getDeclaredConstructor().newInstance();
    assertThat(echo.call()).isEqualTo("a by " + Published.VERSION);
  }

  @Test
  void bundlesSeeOnlyTheExportedPackages() throws Exception {
    Bundle library = bundle(Published.LIBRARY);
    library.start();
    assertThat(
            library
                .adapt(org.osgi.framework.wiring.BundleWiring.class)
                .getCapabilities("osgi.wiring.package"))
        .extracting(one -> one.getAttributes().get("osgi.wiring.package"))
        .containsExactlyInAnyOrder(
            "io.github.kqueueffm.channel", "io.github.kqueueffm.selector.book");
  }

  @Test
  void theDropInResolves() throws Exception {
    Bundle dropIn = install(Published.of("netty-kqueue-over-ffm").file(".jar"));
    dropIn.start();
    Class<?> kqueue = dropIn.loadClass("io.netty.channel.kqueue.KQueue");
    assertThat(kqueue.getClassLoader()).isNotEqualTo(getClass().getClassLoader());
    assertThat(kqueue.getMethod("isAvailable").invoke(null)).isEqualTo(true);
  }

  private Bundle bundle(String artifact) {
    return Stream.of(framework.getBundleContext().getBundles())
        .filter(one -> one.getSymbolicName().equals(Published.GROUP + '.' + artifact))
        .findFirst()
        .orElseThrow();
  }

  private Bundle install(Path jar) throws BundleException {
    return framework.getBundleContext().installBundle(jar.toUri().toString());
  }

  private static Path jarOnClassPath(String artifact) {
    return Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
        .map(Path::of)
        .filter(jar -> jar.getFileName().toString().matches(artifact + "-\\d.*\\.jar"))
        .findFirst()
        .orElseThrow();
  }

  private Path echoBundle() throws IOException, URISyntaxException {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Bundle-ManifestVersion", "2");
    main.putValue("Bundle-SymbolicName", "echo");
    main.putValue(
        "Import-Package",
        "io.netty.bootstrap,io.netty.buffer,io.netty.channel,io.netty.util.concurrent,io.netty.util,"
            + "io.github.kqueueffm.channel");
    Path jar = directory.resolve("echo.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest)) {
      for (Path one : classes()) {
        out.putNextEntry(
            new JarEntry(
                EchoInABundle.class.getPackageName().replace('.', '/') + '/' + one.getFileName()));
        Files.copy(one, out);
      }
    }
    return jar;
  }

  private static List<Path> classes() throws IOException, URISyntaxException {
    Path own =
        Path.of(
            EchoInABundle.class
                .getResource(EchoInABundle.class.getSimpleName() + ".class")
                .toURI());
    try (Stream<Path> files = Files.list(own.getParent())) {
      return new ArrayList<>(
          files.filter(file -> file.getFileName().toString().startsWith("EchoInABundle")).toList());
    }
  }
}
