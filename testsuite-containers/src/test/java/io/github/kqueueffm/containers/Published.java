package io.github.kqueueffm.containers;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.Ports.Binding;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;

/**
 * Ports of a container that are reached on 127.0.0.1, each by one that Docker chooses, and nowhere
 * else.
 */
final class Published {
  private static final String LOOPBACK = "127.0.0.1";

  private Published() {}

  static GenericContainer<?> on(GenericContainer<?> container, ExposedPort... ports) {
    return container.withCreateContainerCmdModifier(command -> publish(command, List.of(ports)));
  }

  private static void publish(CreateContainerCmd command, List<ExposedPort> ports) {
    Ports bindings = new Ports();
    ports.forEach(port -> bindings.bind(port, Binding.bindIp(LOOPBACK)));
    command.withExposedPorts(ports);
    command.getHostConfig().withPortBindings(bindings).withPublishAllPorts(false);
  }

  static InetSocketAddress tcp(GenericContainer<?> container, int port) {
    return address(container, ExposedPort.tcp(port));
  }

  static InetSocketAddress udp(GenericContainer<?> container, int port) {
    return address(container, ExposedPort.udp(port));
  }

  private static InetSocketAddress address(GenericContainer<?> container, ExposedPort port) {
    Binding[] bindings = bindings(container).getBindings().get(port);
    if (bindings == null || bindings.length != 1 || !LOOPBACK.equals(bindings[0].getHostIp())) {
      throw new IllegalStateException(port + " is published at " + Arrays.toString(bindings));
    }
    return new InetSocketAddress(LOOPBACK, Integer.parseInt(bindings[0].getHostPortSpec()));
  }

  private static Ports bindings(GenericContainer<?> container) {
    return DockerClientFactory.lazyClient()
        .inspectContainerCmd(container.getContainerId())
        .exec()
        .getNetworkSettings()
        .getPorts();
  }
}
