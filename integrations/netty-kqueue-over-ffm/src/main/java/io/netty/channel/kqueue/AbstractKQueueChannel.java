package io.netty.channel.kqueue;

import io.netty.channel.unix.UnixChannel;

/**
 * Nothing here has this type. In Netty's jar it is the superclass of all channels, and classes that
 * were compiled against that, such as Micronaut's, name it where they join two of them, so the JVM
 * looks for it when it verifies them. It assigns anything to an interface.
 */
interface AbstractKQueueChannel extends UnixChannel {}
