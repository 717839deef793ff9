package io.github.kqueueffm.containers;

import com.github.dockerjava.api.model.ExposedPort;
import java.time.Duration;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.containers.wait.strategy.WaitStrategy;
import org.testcontainers.utility.MountableFile;

/**
 * Other people's servers, from their official images or from Debian's packages; started by the
 * caller.
 */
final class Servers {
  static final int NGINX_PORT = 8080;
  static final int REDIS_PORT = 6379;
  static final int POSTGRES_PORT = 5432;
  static final int HAPROXY_V1_PORT = 8001;
  static final int HAPROXY_V2_PORT = 8002;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private Servers() {}

  static GenericContainer<?> nginx(Network network) {
    GenericContainer<?> container =
        new GenericContainer<>(Images.NGINX.image())
            .withNetwork(network)
            .withCopyToContainer(resource("nginx.conf"), "/nginx.conf")
            .withCopyToContainer(resource("nginx.sh"), "/nginx.sh")
            .withCommand("sh", "/nginx.sh")
            .waitingFor(logged("start worker process "));
    return Published.on(container, ExposedPort.tcp(NGINX_PORT));
  }

  static GenericContainer<?> redis(Network network) {
    GenericContainer<?> container =
        new GenericContainer<>(Images.REDIS.image())
            .withNetwork(network)
            .withCommand(
                "redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "")
            .waitingFor(logged("Ready to accept connections"));
    return Published.on(container, ExposedPort.tcp(REDIS_PORT));
  }

  static GenericContainer<?> postgres(Network network) {
    GenericContainer<?> container =
        new GenericContainer<>(Images.POSTGRES.image())
            .withNetwork(network)
            .withCopyToContainer(resource("postgres.sh"), "/postgres.sh")
            .withCommand("sh", "/postgres.sh")
            .waitingFor(logged("ready to accept connections"));
    return Published.on(container, ExposedPort.tcp(POSTGRES_PORT));
  }

  /** In front of the network's server of the name {@code echo}. */
  static GenericContainer<?> haproxy(Network network) {
    GenericContainer<?> container =
        new GenericContainer<>(Images.HAPROXY.image())
            .withNetwork(network)
            .withCopyToContainer(resource("haproxy.cfg"), "/haproxy.cfg")
            .withCommand("haproxy", "-db", "-f", "/haproxy.cfg")
            .waitingFor(
                Wait.forSuccessfulCommand("bash -c '</dev/tcp/127.0.0.1/8002'")
                    .withStartupTimeout(PATIENCE));
    return Published.on(
        container, ExposedPort.tcp(HAPROXY_V1_PORT), ExposedPort.tcp(HAPROXY_V2_PORT));
  }

  private static WaitStrategy logged(String words) {
    return Wait.forLogMessage(".*" + words + ".*", 1).withStartupTimeout(PATIENCE);
  }

  private static MountableFile resource(String name) {
    return MountableFile.forClasspathResource("io/github/kqueueffm/containers/" + name);
  }
}
