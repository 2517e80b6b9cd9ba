using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tests;

public sealed class HostAddressTests
{
    [Theory]
    [InlineData("10.0.0.1:7001", "10.0.0.1", 7001)]
    [InlineData("node-a.example:0", "node-a.example", 0)]
    [InlineData("[::1]:65535", "::1", 65535)]
    public void An_address_is_read_and_written_back(string text, string host, int port)
    {
        Assert.Equal(new(host, port), HostAddress.Parse(text));
        Assert.Equal(text, HostAddress.Parse(text).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData(":7001")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("::1:7001")]
    [InlineData("[host]:7001")]
    [InlineData("two words:7001")]
    public void What_is_no_address_is_refused(string text) => Assert.False(HostAddress.TryParse(text, out _));
}
