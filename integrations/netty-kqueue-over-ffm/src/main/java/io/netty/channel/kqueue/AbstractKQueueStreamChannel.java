package io.netty.channel.kqueue;

import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.UnixChannel;

/**
 * A byte stream of this package. A class in Netty's own jar, which nobody else can extend; here the
 * channels have another one above them, and this type tells only what they are.
 */
public interface AbstractKQueueStreamChannel extends DuplexChannel, UnixChannel {}
