/**
 * The class names of Netty's own kqueue transport, over this one: for libraries that know only
 * those. In place of netty-transport-classes-kqueue, never beside it.
 */
package io.netty.channel.kqueue;
