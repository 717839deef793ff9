package io.github.kqueueffm.containers;

import com.github.dockerjava.api.model.ExposedPort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.MountableFile;

/** This module's programs in containers, with the very class path that the tests have. */
final class Programs {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String LIBRARY = "/program/";
  private static final String TLS = "/tls/";

  private Programs() {}

  /** Started by the caller. */
  static GenericContainer<?> echoServer(Transport transport, Network network) {
    GenericContainer<?> container =
        program(
                network,
                "-D" + Transport.PROPERTY + '=' + transport,
                "-D" + EchoServer.TLS_PROPERTY + '=' + TLS,
                EchoServer.class.getName())
            .withCopyToContainer(
                Transferable.of(Certificates.SERVER.getCertificatePathPEM()),
                TLS + EchoServer.CERTIFICATE)
            .withCopyToContainer(
                Transferable.of(Certificates.SERVER.getPrivateKeyPEM()), TLS + EchoServer.KEY)
            .waitingFor(
                Wait.forLogMessage(".*" + EchoServer.READY + ".*", 1).withStartupTimeout(PATIENCE));
    return Published.on(
        container,
        ExposedPort.tcp(EchoServer.ECHO_PORT),
        ExposedPort.tcp(EchoServer.TLS_PORT),
        ExposedPort.udp(EchoServer.DATAGRAM_PORT));
  }

  /** Its start returns when the client has ended with status 0. */
  static GenericContainer<?> echoClient(
      Transport transport, Network network, String server, String resolver) {
    return program(
            network,
            "-D" + Transport.PROPERTY + '=' + transport,
            EchoClient.class.getName(),
            server,
            Integer.toString(EchoServer.ECHO_PORT),
            resolver)
        .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(PATIENCE));
  }

  private static GenericContainer<?> program(Network network, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add("java");
    // Short-lived, on machines that are busy with it.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    List<Path> classPath = classPath();
    command.add(
        String.join(
            ":", classPath.stream().map(entry -> LIBRARY + classPath.indexOf(entry)).toList()));
    command.addAll(List.of(arguments));
    GenericContainer<?> container =
        new GenericContainer<>(Images.JAVA.image())
            .withNetwork(network)
            .withCommand(command.toArray(String[]::new));
    for (Path entry : classPath) {
      container.withCopyToContainer(
          MountableFile.forHostPath(entry), LIBRARY + classPath.indexOf(entry));
    }
    return container;
  }

  /** This module's and this transport's classes, wherever they were built to, and Netty's. */
  private static List<Path> classPath() {
    List<Path> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":")) {
      Path path = Path.of(entry);
      String name = path.getFileName().toString();
      if (Files.exists(path) && (name.startsWith("netty-") || name.equals("classes"))) {
        entries.add(path);
      }
    }
    return entries;
  }
}
