using PaxosSM.Client;

namespace PaxosSM.Hosting.Tests.Client;

/// <summary>A caller's thread goes to the node itself where it waits for the answer, and nowhere else.</summary>
public sealed class CallerSendsTests
{
    private const int First = 1;
    private const int Second = 2;
    private readonly CallerSends _sends = new();

    [Fact]
    public void Who_has_its_thread_back_before_the_answer_goes_each_time()
    {
        for (var command = 0; command < 100; command++)
        {
            Assert.True(_sends.Allows(First));
            _sends.OnSent(First, isAnswered: false);
        }
    }

    [Fact]
    public void Who_goes_on_where_an_early_answer_came_in_goes_each_time()
    {
        for (var command = 0; command < 100; command++)
        {
            var thread = command % 2 == 0 ? First : Second;
            Assert.True(_sends.Allows(thread));
            _sends.OnSent(thread, isAnswered: true);
        }
    }

    [Fact]
    public void Who_asks_on_without_waiting_is_tried_more_and_more_seldom()
    {
        List<int> between = [];
        Assert.True(_sends.Allows(First));
        for (var turn = 0; turn < 6; turn++)
        {
            _sends.OnSent(First, isAnswered: true);
            between.Add(Refusals(First));
        }

        Assert.Equal(16, between[0]);
        Assert.All(between.Zip(between.Skip(1)), pair => Assert.True(pair.Second > pair.First, $"{pair}"));
    }

    [Fact]
    public void One_answer_that_came_in_time_makes_it_as_at_first()
    {
        Assert.True(_sends.Allows(First));
        for (var turn = 0; turn < 3; turn++)
        {
            _sends.OnSent(First, isAnswered: true);
            _ = Refusals(First);
        }

        _sends.OnSent(First, isAnswered: false);
        Assert.True(_sends.Allows(First));
        _sends.OnSent(First, isAnswered: true);
        Assert.Equal(16, Refusals(First));
    }

    // How often others carry, before it is allowed again.
    private int Refusals(int thread)
    {
        var refusals = 0;
        while (!_sends.Allows(thread))
        {
            refusals++;
        }

        return refusals;
    }
}
