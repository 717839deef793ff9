package io.github.kqueueffm.frameworks.vertx;

import io.github.kqueueffm.frameworks.Witness;
import io.github.kqueueffm.vertx.KQueueFfmTransport;
import io.netty.channel.Channel;
import io.vertx.core.spi.transport.Transport;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Shows the witness the datagram channels, which Vert.x opens without a bootstrap. */
final class WatchedTransport implements io.vertx.core.transport.Transport {

  @Override
  public String name() {
    return KQueueFfmTransport.INSTANCE.name();
  }

  @Override
  public boolean available() {
    return KQueueFfmTransport.INSTANCE.available();
  }

  @Override
  public Throwable unavailabilityCause() {
    return KQueueFfmTransport.INSTANCE.unavailabilityCause();
  }

  @Override
  public Transport implementation() {
    return (Transport)
        Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {Transport.class}, this::invoke);
  }

  private Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    try {
      Object result = method.invoke(KQueueFfmTransport.INSTANCE.implementation(), arguments);
      if (result instanceof Channel channel) {
        Witness.see(channel);
      }
      return result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
