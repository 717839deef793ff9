/**
 * The class names of Netty's own kqueue transport over this one, for libraries that know only those
 * names. The jar replaces netty-transport-classes-kqueue and must not be used beside it.
 */
package io.netty.channel.kqueue;
