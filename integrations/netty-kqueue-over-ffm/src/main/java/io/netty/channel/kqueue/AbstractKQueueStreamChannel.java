package io.netty.channel.kqueue;

import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.UnixChannel;

/**
 * A byte stream of this package. In Netty's jar it is a class, which other packages cannot extend.
 * Here it is an interface that only marks the channels, because they have another superclass.
 */
public interface AbstractKQueueStreamChannel extends DuplexChannel, UnixChannel {}
