using System.Globalization;
using System.Runtime.ExceptionServices;

namespace PaxosSM.Testing.TestKits;

/// <summary>Runs something elsewhere: later, on another thread, in a country whose numbers and dates look
/// different.</summary>
internal static class OddThread
{
    private static readonly TimeSpan Later = TimeSpan.FromMilliseconds(2);

    public static T Run<T>(Func<T> step)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = step();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        {
            IsBackground = true,
            CurrentCulture = OddCulture(),
            CurrentUICulture = OddCulture(),
        };
        Thread.Sleep(Later);
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    private static CultureInfo OddCulture()
    {
        var culture = (CultureInfo)Turkish().Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "~";
        culture.NumberFormat.PositiveSign = "++";
        culture.NumberFormat.CurrencySymbol = "TL";
        culture.NumberFormat.NaNSymbol = "none";
        culture.DateTimeFormat.DateSeparator = "_";
        culture.DateTimeFormat.TimeSeparator = ".";
        culture.DateTimeFormat.ShortDatePattern = "dd_MM_yyyy";
        culture.DateTimeFormat.LongTimePattern = "HH.mm.ss";
        culture.DateTimeFormat.FirstDayOfWeek = DayOfWeek.Saturday;
        return culture;
    }

    // Turkish has letters of its own for upper and lower case. A program with invariant globalization knows no country.
    private static CultureInfo Turkish()
    {
        try
        {
            return CultureInfo.GetCultureInfo("tr-TR");
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.InvariantCulture;
        }
    }
}
