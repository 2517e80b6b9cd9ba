using System.Reflection;
using PaxosSM.Messages;

namespace PaxosSM.Transport.Tests;

/// <summary>Messages and client frames with random contents, made from their constructors and init-only properties: a
/// new field takes part by itself.</summary>
internal sealed class RandomMessages(int seed)
{
    private readonly Random _random = new(seed);

    public object Next(Type type)
    {
        if (type == typeof(Submit) || type == typeof(Runtime.ClientSubmit))
        {
            var count = _random.Next(0, 5);
            var entries = Samples.Entries(count, _random.Next(0, 20));
            return type == typeof(Submit)
                ? new Submit(entries, count)
                : new Runtime.ClientSubmit(new(3), entries, count);
        }

        var constructor = type.GetConstructors().MaxBy(candidate => candidate.GetParameters().Length)!;
        var parameters = constructor.GetParameters();
        var made = constructor.Invoke([.. parameters.Select(Argument)]);
        foreach (var property in type.GetProperties().Where(property => property.CanWrite
            && parameters.All(parameter => parameter.Name != property.Name)))
        {
            property.SetValue(made, made is Accept accept
                ? new Slot(accept.Slot.Index + _random.Next()) // a run ends where it begins, or above
                : Make(property.PropertyType));
        }

        return made;
    }

    private object? Argument(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(View) && parameter.Member.DeclaringType == typeof(Promise) && _random.Next(2) == 0)
        {
            return null;
        }

        return Make(type);
    }

    private object Make(Type type)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var element = type.GetGenericArguments()[0];
            var array = Array.CreateInstance(element, _random.Next(element == typeof(LaneOwner) ? 1 : 0, 6));
            for (var i = 0; i < array.Length; i++)
            {
                array.SetValue(Make(element), i);
            }

            return array;
        }

        return type switch
        {
            _ when type == typeof(long) => _random.NextInt64(1L << 62),
            _ when type == typeof(int) => _random.Next(),
            _ when type == typeof(uint) => (uint)_random.NextInt64(uint.MaxValue),
            _ when type == typeof(ulong) => (ulong)_random.NextInt64(),
            _ when type == typeof(ushort) => (ushort)_random.Next(ushort.MaxValue),
            _ when type == typeof(bool) => _random.Next(2) == 0,
            _ when type == typeof(string) => new string('ü', _random.Next(9)),
            _ when type == typeof(Guid) => new Guid(Bytes(16).Span),
            _ when type == typeof(TimeSpan) => TimeSpan.FromTicks(_random.NextInt64()),
            _ when type == typeof(ReadOnlyMemory<byte>) => Bytes(_random.Next(200)),
            _ when type == typeof(Value) =>
                new Value((ValueKind)_random.Next(1, 5), new(_random.NextInt64()), Bytes(_random.Next(200))),
            _ when type == typeof(Configuration) => Configuration(),
            _ when type == typeof(ReadConsistency) => Consistency(),
            _ when type.IsEnum => Enum.GetValues(type).GetValue(_random.Next(Enum.GetValues(type).Length))!,
            _ => Next(type),
        };
    }

    private ReadConsistency Consistency() => _random.Next(6) switch
    {
        0 => ReadConsistency.Linearizable,
        1 => ReadConsistency.Lease,
        2 => ReadConsistency.Local,
        3 => ReadConsistency.After(new(_random.NextInt64(1L << 62))),
        4 => ReadConsistency.NoOlderThan(TimeSpan.FromTicks(_random.NextInt64())),
        _ => ReadConsistency.Speculative,
    };

    // One that somebody could work with: others are not read.
    private Configuration Configuration()
    {
        var members = Enumerable.Range(0, _random.Next(1, 6)).Select(index => new Member(
            new((ushort)((index * 100) + _random.Next(100))),
            $"m{index}",
            new('ü', _random.Next(9)),
            MemberRoles.All,
            (StorageId)Make(typeof(StorageId))));
        return new(new((uint)_random.Next()), [.. members], default, (DealPolicy)_random.Next(3))
        {
            NextNumber = (ushort)_random.Next(ushort.MaxValue),
            IsWedged = _random.Next(2) == 0,
        };
    }

    private ReadOnlyMemory<byte> Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
