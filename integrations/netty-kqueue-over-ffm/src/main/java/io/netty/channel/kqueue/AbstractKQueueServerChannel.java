package io.netty.channel.kqueue;

import io.netty.channel.ServerChannel;
import io.netty.channel.unix.UnixChannel;

/**
 * A listening socket of this package. In Netty's jar it is a class, which programs do not extend.
 * Here it is an interface that only marks the channels, because they have another superclass.
 */
public interface AbstractKQueueServerChannel extends ServerChannel, UnixChannel {}
