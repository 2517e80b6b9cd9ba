using FsCheck.Fluent;
using PaxosSM.Examples;
using PaxosSM.Testing.TestKits;

// The names are few, so that tickets are returned and taken again.
var options = new StateMachinePropertiesOptions
{
    Seed = 1,
    Commands = PayloadSource.Of(
        from name in Gen.Elements("Ann", "Bob", "Cleo", "Dan")
        from returned in Gen.Elements(true, false)
        select new Ticket(name, returned)),
};

Show(StateMachineProperties.Check<Raffle>);
Show(StateMachineProperties.Check<RaffleByClock>);
Show(StateMachineProperties.Check<RaffleByDictionary>);
Show(StateMachineProperties.Check<RaffleByHashCode>);

void Show(Action<StateMachinePropertiesOptions> check)
{
    try
    {
        check(options);
        Console.WriteLine("A raffle keeps the contract of state machines.");
    }
    catch (StateMachinePropertyException failure)
    {
        Console.WriteLine();
        Console.WriteLine(failure.Message);
    }
}
