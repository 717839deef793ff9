package io.netty.channel.kqueue;

import io.netty.channel.ServerChannel;
import io.netty.channel.unix.UnixChannel;

/**
 * A listening socket of this package. A class in Netty's own jar, which is of no use to extend;
 * here the channels have another one above them, and this type tells only what they are.
 */
public interface AbstractKQueueServerChannel extends ServerChannel, UnixChannel {}
